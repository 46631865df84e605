//! `sbf dev` as a process of its own, so that it can be killed.

use std::{
    env,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::repository;

/// Longest wait for a start on a machine that is busy with other tests.
const START_LIMIT: Duration = Duration::from_secs(60);

/// A running `sbf dev`; ended when dropped.
#[derive(Debug)]
pub struct DevProcess {
    /// `http://127.0.0.1:<port>`.
    pub address: String,
    child: Child,
}

impl DevProcess {
    /// Starts the program on a brain folder and a state folder, on a port of its own choice, and waits for its line with the address.
    pub fn start(brain: &Path, state: &Path) -> Self {
        let mut child = Command::new(program())
            .args(["dev", "--port", "0", "--state"])
            .arg(state)
            .arg(brain)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let began = Instant::now();
        let address = loop {
            let line = lines.next().expect("sbf dev ended before it printed its address").unwrap();
            if let Some(at) = line.find("http://") {
                break line[at..].split_whitespace().next().unwrap().trim_end_matches('/').to_owned();
            }
            assert!(began.elapsed() < START_LIMIT, "sbf dev printed no address");
        };
        // The pipe must be read on, or the program would block once it is full.
        std::thread::spawn(move || for _ in lines {});
        Self { address, child }
    }

    /// Ends the program as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Posts a JSON body to `/core`: the status and the JSON that came back.
    pub async fn core(&self, body: &Value) -> (u16, Value) {
        post(&format!("{}/core", self.address), body).await
    }

    /// Posts until a brain is live.
    pub async fn ready(&self) {
        let began = Instant::now();
        loop {
            let answer = reqwest::get(format!("{}/health", self.address)).await.unwrap();
            if answer.status() == 200 {
                return;
            }
            assert!(began.elapsed() < START_LIMIT, "no brain went live: {}", answer.text().await.unwrap());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for DevProcess {
    fn drop(&mut self) {
        // It may have been killed already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Posts JSON: the status and the JSON that came back.
pub async fn post(url: &str, body: &Value) -> (u16, Value) {
    let answer = reqwest::Client::new().post(url).json(body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// The built `sbf` program; built here where it is not there yet or is older than its sources, with the features that the tests were
/// built with, so that nothing below it is built twice.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["build", "--quiet", "--locked", "--workspace", "--all-features", "--bin", "sbf"])
            .current_dir(repository())
            .status()
            .unwrap();
        assert!(status.success(), "sbf does not build");
        let tests = env::current_exe().unwrap();
        tests.ancestors().find(|folder| folder.ends_with("debug")).unwrap().join("sbf")
    })
}
