//! Every form in the tables of "From Koa to cepa", compiled. A line here is a form there; `tables.rs` compares them.

mod app;
mod bodies;
mod context;
mod cookies;
mod files;
mod kit;
mod request;
mod response;
mod router;
mod sessions;
