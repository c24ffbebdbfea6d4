//! What the compiler says to a newcomer: each slip has a golden message.
#![allow(missing_docs)]

#[test]
fn slips_have_readable_messages() {
    trybuild::TestCases::new().compile_fail("tests/messages/*.rs");
}
