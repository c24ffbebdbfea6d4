//! Text in pages.

use http_grammar::html::escape;
use proptest::prelude::*;

#[test]
fn what_begins_markup_is_written_by_its_name() {
    assert_eq!(
        escape("<a href='x'>\"&amp;\"</a>é").to_string(),
        "&lt;a href=&#39;x&#39;&gt;&quot;&amp;amp;&quot;&lt;/a&gt;é"
    );
}

proptest! {
    #[test]
    fn it_reads_as_what_it_was(text in "[<>&\"'a-z;#0-9é]{0,40}") {
        let page = escape(&text).to_string();
        prop_assert!(!page.contains(['<', '>', '"', '\'']));
        let read = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
        prop_assert_eq!(read.iter().fold(page, |page, (name, c)| page.replace(name, c)), text);
    }
}
