#[path = "../../uploads.rs"]
mod program;

use cepa_test::Client;

use crate::Folder;

fn multipart(field: &str, files: &[(&str, &str)]) -> String {
    let mut body = String::new();
    for (name, content) in files {
        body.push_str("--line\r\ncontent-disposition: form-data; ");
        body.push_str(&format!("name=\"{field}\"; filename=\"{name}\"\r\n"));
        body.push_str(&format!("content-type: text/plain\r\n\r\n{content}\r\n"));
    }
    body + "--line--\r\n"
}

const TYPE: &str = "multipart/form-data; boundary=line";

#[tokio::test]
async fn one_file_and_several_get_generated_names() {
    let folder = Folder::new("uploads");
    let client = Client::new(program::app(folder.path()));
    let body = multipart("picture", &[("onion.txt", "layers")]);
    let one = client.post("/one").header("content-type", TYPE).body(body).send().await;
    assert_eq!(one.status, 200, "{}", one.text());
    let one: serde_json::Value = one.json();
    assert_eq!((one["was"].as_str(), one["size"].as_u64()), (Some("onion.txt"), Some(6)));
    let stored = one["stored"].as_str().unwrap();
    assert_ne!(stored, "onion.txt");
    assert_eq!(std::fs::read_to_string(folder.0.join(stored)).unwrap(), "layers");

    let body = multipart("pictures", &[("a.txt", "a"), ("a.txt", "b")]);
    let many = client.post("/many").header("content-type", TYPE).body(body).send().await;
    assert_eq!(many.json::<usize>(), 2);
    let body = multipart("pictures", &[("a", ""), ("b", ""), ("c", ""), ("d", "")]);
    let refused = client.post("/many").header("content-type", TYPE).body(body).send().await;
    assert!(refused.status.is_client_error());
    assert_eq!(
        std::fs::read_dir(&folder.0).unwrap().count(),
        3,
        "nothing stays of what was refused"
    );
}
