//! The golden file shows every limit with its default: a change there is a change for users.

use cepa::Limits;

#[test]
fn are_as_documented() {
    let shown = format!("{:#?}\n", Limits::default());
    assert_eq!(shown, include_str!("defaults.golden"), "tests/limits/defaults.golden differs");
}
