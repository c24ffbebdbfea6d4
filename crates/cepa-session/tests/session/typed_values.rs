//! Values of any type that JSON knows, by name.

use cepa_core::App;
use cepa_session::{Session, SessionExt};
use cepa_test::Client;
use serde_json::json;

#[tokio::test]
async fn what_is_set_is_what_is_got() {
    let app = App::new().keys(["k"]).plug(Session::new()).with(async |ctx, _next| {
        let session = ctx.session();
        assert!(session.is_new() && !session.populated());
        session.set("list", vec![1_u8, 2])?;
        session.set("pair", ("a", 1.5))?;
        assert_eq!(session.get::<Vec<u8>>("list"), Some(vec![1, 2]));
        assert_eq!(session.get::<(String, f64)>("pair"), Some(("a".into(), 1.5)));
        assert_eq!(session.get::<String>("list"), None, "of another type");
        assert_eq!(session.get::<String>("absent"), None);
        assert_eq!((session.len(), session.populated()), (2, true));
        assert_eq!(session.remove("list"), Some(json!([1, 2])));
        assert_eq!(session.remove("list"), None);
        session.clear();
        assert!(session.is_empty());
        assert_eq!(session.id(), None);
        ctx.set_status(200);
        Ok(())
    });
    assert_eq!(Client::new(app).get("/").send().await.status, 200);
}

#[tokio::test]
async fn private_names_and_what_is_no_json_are_refused() {
    let app = App::new().keys(["k"]).plug(Session::new()).with(async |ctx, _next| {
        let session = ctx.session();
        assert_eq!(session.set("_expire", 1).unwrap_err().status(), 500);
        let keyed = std::collections::HashMap::from([((1, 2), 3)]);
        assert_eq!(session.set("map", keyed).unwrap_err().status(), 500);
        assert!(session.is_empty());
        ctx.set_status(200);
        Ok(())
    });
    assert_eq!(Client::new(app).get("/").send().await.status, 200);
}
