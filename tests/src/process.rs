//! `sbf dev` as a process of its own, so that it can be killed.

use std::{
    env,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{LazyLock, OnceLock, mpsc},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{repository, runtime::stack::Programs};

/// Longest wait for a start on a machine that is busy with other tests.
pub(crate) const START_LIMIT: Duration = Duration::from_secs(60);

/// Longest wait for something that takes milliseconds on an idle machine.
const LIMIT: Duration = Duration::from_secs(30);

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
        let mut started = Self { address: String::new(), child: spawn(brain, state) };
        let output = started.child.stdout.take().unwrap();
        started.address = address_in(output, START_LIMIT).unwrap_or_else(|error| panic!("sbf dev: {error}"));
        started
    }

    /// Starts the program and ends it after a while as a power cut would, wherever it is by then.
    pub fn start_and_kill(brain: &Path, state: &Path, after: Duration) {
        let child = spawn(brain, state);
        thread::sleep(after);
        Self { address: String::new(), child }.kill();
    }

    /// Ends the program as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Presses Ctrl-C: how the program ended, and how long it took; `None` where it goes on after the limit.
    pub fn interrupt(mut self, limit: Duration) -> Option<(ExitStatus, Duration)> {
        let began = Instant::now();
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), rustix::process::Signal::INT)
            .unwrap();
        while began.elapsed() < limit {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some((status, began.elapsed()));
            }
            thread::sleep(Duration::from_millis(10));
        }
        None
    }

    /// Posts a JSON body to `/core`: the status and the JSON that came back.
    pub async fn core(&self, body: &Value) -> (u16, Value) {
        post(&format!("{}/core", self.address), body).await
    }

    /// As [`Self::core`], but the program is killed so long after the request began to be sent: what came back, if anything did.
    pub async fn core_and_kill(self, body: &Value, after: Duration) -> Option<(u16, Value)> {
        let url = format!("{}/core", self.address);
        let killer = thread::spawn(move || {
            thread::sleep(after);
            self.kill();
        });
        let answer = try_post(&url, body).await;
        // Its wait for the end is short, and nothing else of a test goes on meanwhile.
        killer.join().unwrap();
        answer.ok()
    }

    /// Asks until a brain is live.
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

/// The first address that a program prints, without a slash at its end.
///
/// # Errors
/// In words, where the program ends or the limit passes before that.
pub fn address_in(output: impl Read + Send + 'static, limit: Duration) -> Result<String, String> {
    let (sender, lines) = mpsc::channel();
    // Whatever is printed later is read too, or the program would block once the pipe is full.
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // Nobody waits for it once the address is known.
            let _ = sender.send(line);
        }
    });
    let began = Instant::now();
    loop {
        let line = lines.recv_timeout(limit.saturating_sub(began.elapsed())).map_err(|error| match error {
            mpsc::RecvTimeoutError::Timeout => format!("no address was printed within {limit:?}"),
            mpsc::RecvTimeoutError::Disconnected => "it ended before it printed its address".to_owned(),
        })?;
        if let Some(at) = line.find("http://") {
            return Ok(line[at..].split_whitespace().next().unwrap_or_default().trim_end_matches('/').to_owned());
        }
    }
}

/// Asks again and again until it holds.
pub async fn eventually(holds: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < LIMIT, "it did not happen within {LIMIT:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Posts JSON: the status and the JSON that came back.
pub async fn post(url: &str, body: &Value) -> (u16, Value) {
    try_post(url, body).await.unwrap()
}

/// As [`post`], of a server that may be gone at any moment.
pub async fn try_post(url: &str, body: &Value) -> reqwest::Result<(u16, Value)> {
    static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(|| {
        // A runtime of a test takes its connections with it, so that none may be kept for the next one.
        reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap()
    });
    let answer = CLIENT.post(url).json(body).send().await?;
    Ok((answer.status().as_u16(), answer.json().await?))
}

fn spawn(brain: &Path, state: &Path) -> Child {
    let mut command = Command::new(program());
    command.args(["dev", "--port", "0", "--state"]).arg(state).arg(brain);
    command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap()
}

/// The built `sbf` program.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| built(&["sbf"]).remove(0))
}

/// The two Lambdas' programs: those in the folder that `SBF_BOOTSTRAPS` names, laid out as `sam build` does, or else debug builds.
pub fn bootstraps() -> Programs {
    static PROGRAMS: OnceLock<Programs> = OnceLock::new();
    let find = || match env::var_os("SBF_BOOTSTRAPS") {
        Some(folder) => built_alone(&repository().join(folder)),
        None => {
            let [core, train] = built(&["sbf-core", "sbf-train"]).try_into().unwrap();
            Programs { core, train }
        }
    };
    PROGRAMS.get_or_init(find).clone()
}

/// Programs of the workspace, each built as [`bootstraps`] are.
pub fn programs<const N: usize>(names: [&str; N]) -> [PathBuf; N] {
    built(&names).try_into().unwrap()
}

fn built_alone(folder: &Path) -> Programs {
    let [core, train] = ["CoreFunction", "TrainFunction"].map(|function| folder.join(function).join("bootstrap"));
    for program in [&core, &train] {
        assert!(program.is_file(), "there is no {}: run `make functions` or `make sam-build`", program.display());
    }
    crate::say_once(&format!("on the programs in {}", folder.display()));
    Programs { core, train }
}

/// Programs of the workspace, where cargo puts them.
fn built(names: &[&str]) -> Vec<PathBuf> {
    // `make test` has built them all, and builds other things while the tests run.
    if env::var_os("SBF_BUILT").is_none() {
        build(names);
    }
    let tests = env::current_exe().unwrap();
    let folder = tests.ancestors().find(|folder| folder.ends_with("debug")).unwrap();
    names.iter().map(|name| folder.join(name)).collect()
}

/// Builds programs that are not there yet or are older than their sources, together with the tests: by themselves they would have fewer
/// features of what only tests depend on, and all below them would be built again.
fn build(names: &[&str]) {
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--locked", "--workspace", "--all-features", "--lib", "--tests"])
        .args(names.iter().flat_map(|name| ["--bin", name]))
        .current_dir(repository())
        .status()
        .unwrap();
    assert!(status.success(), "{names:?} do not build");
}
