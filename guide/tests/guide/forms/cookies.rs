//! cookies and keygrip.

use cepa::prelude::*;
use cepa::{Cookie, Keys, Priority, SameSite};

async fn cookies(ctx: &mut Context) -> Result {
    ctx.cookies().get("theme");
    ctx.cookies().set(Cookie::new("theme", "dark"))?;
    ctx.cookies().set(Cookie::removal("theme"))?;
    ctx.cookies().get_signed("user")?;
    ctx.cookies().set_signed(Cookie::new("user", "7"))?;
    ctx.cookies().get_encrypted("note")?;
    ctx.cookies().set_encrypted(Cookie::new("note", "for your eyes"))?;
    Ok(())
}

fn attributes(cookie: Cookie) -> Cookie {
    cookie
        .lifetime(Duration::from_secs(3600))
        .path("/shop")
        .domain("onions.example")
        .secure(true)
        .http_only(false)
        .same_site(SameSite::Lax)
        .priority(Priority::High)
        .partitioned(true)
        .overwrite(true)
}

fn keys(app: App) -> App {
    Keys::new(["newest", "older"]).sha256().hex();
    let keys = Keys::new(["newest", "older"]);
    keys.sign("user=7");
    keys.index("user=7", "zVPRgE-Iy6-31re6osROWl_Haqw");
    app.keys(["newest", "older"])
}
