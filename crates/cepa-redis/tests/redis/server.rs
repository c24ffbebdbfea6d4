//! A Redis of its own for a test: on a unix socket in a folder of its own, in memory only, ended with the test.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use cepa_redis::Redis;

pub struct RedisServer {
    folder: PathBuf,
    child: Option<Child>,
}

impl RedisServer {
    pub fn start() -> Self {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let name = format!("cepa-redis-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let mut server = Self { folder, child: None };
        server.resume();
        server
    }

    /// Where it listens.
    pub fn socket(&self) -> String {
        self.folder.join("redis.sock").display().to_string()
    }

    pub fn url(&self) -> String {
        format!("redis+unix://{}", self.socket())
    }

    pub fn client(&self) -> Redis {
        Redis::open(&self.url()).unwrap()
    }

    /// Asks it something over a connection of the test's own.
    pub async fn ask<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        let client = redis::Client::open(self.url()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        command.query_async(&mut connection).await.unwrap()
    }

    /// The names of all that it holds.
    pub async fn keys(&self) -> Vec<String> {
        self.ask(&["KEYS", "*"]).await
    }

    /// Ends it; what it held is gone.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Starts it again where it was.
    pub fn resume(&mut self) {
        let _ = std::fs::remove_file(self.socket());
        let child = Command::new("redis-server")
            .args([
                "--port",
                "0",
                "--unixsocket",
                &self.socket(),
                "--save",
                "",
                "--appendonly",
                "no",
            ])
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = match child {
            Ok(child) => child,
            Err(error) => panic!(
                "this test needs Redis as `redis-server` (Debian: `apt-get install redis-server`): {error}"
            ),
        };
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let ready = lines.into_iter().any(|line| line.contains("ready to accept connections"));
        assert!(ready, "redis-server ended before it was ready");
        self.child = Some(child);
    }

    /// Lets it sleep, its connections open, or wakes it up.
    pub fn freeze(&self, frozen: bool) {
        let signal = if frozen { "-STOP" } else { "-CONT" };
        let process = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &process]).status().unwrap().success());
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
