//! A function's program in its sandbox: started with Lambda's variables, invoked one event at a time, killed at its deadline.

use std::{
    fs,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, BufReader},
    process::{Child, Command},
    task::JoinHandle,
    time::timeout_at,
};

use super::api::{Raised, RuntimeApi};

/// What Lambda gives a function to start.
const INIT_LIMIT: Duration = Duration::from_secs(10);
/// How often Lambda repeats an event that nobody waits for.
const RETRIES: usize = 2;

/// What a deployment says about a function.
#[derive(Debug, Clone)]
pub struct FunctionSettings {
    /// Its name.
    pub name: String,
    /// Its `bootstrap`.
    pub program: PathBuf,
    /// Its own variables; Lambda's are added.
    pub environment: Vec<(String, String)>,
    /// How long one invocation may take.
    pub timeout: Duration,
    /// What `AWS_LAMBDA_FUNCTION_MEMORY_SIZE` says; nothing holds the program to it.
    pub memory_mb: u32,
}

/// Why an invocation has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The function said so.
    Raised(Raised),
    /// It could not start, and said so or ended or took too long.
    Init(String),
    /// It was killed at its deadline.
    TimedOut,
    /// Its program ended.
    Exited(String),
}

/// A running program. Ended, as Lambda ends it (by SIGKILL), when dropped.
pub struct Sandbox {
    /// The API it talks to.
    pub api: RuntimeApi,
    child: Child,
    log: Log,
    /// What reads its two streams.
    readers: Vec<JoinHandle<()>>,
    settings: FunctionSettings,
    invocations: AtomicUsize,
}

/// Bytes of memory of a process.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// Resident now.
    pub resident: u64,
    /// Resident at most, so far.
    pub peak: u64,
}

type Log = Arc<Mutex<Vec<String>>>;

impl Sandbox {
    /// Starts the program; it may not be ready yet.
    pub async fn start(settings: &FunctionSettings) -> Self {
        let api = RuntimeApi::start(&arn(&settings.name)).await;
        Self::on(api, settings)
    }

    /// Starts the program on an API in which an invocation may wait already.
    pub fn on(api: RuntimeApi, settings: &FunctionSettings) -> Self {
        let mut child = Command::new(&settings.program)
            .env_clear()
            .envs(lambda_environment(settings, &api.address))
            .envs(settings.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", settings.program.display()));
        let log = Log::default();
        let readers = vec![keep(child.stdout.take().unwrap(), &log), keep(child.stderr.take().unwrap(), &log)];
        Self { api, child, log, readers, settings: settings.clone(), invocations: AtomicUsize::new(0) }
    }

    /// Waits for the end of the init phase.
    ///
    /// # Errors
    /// Where it fails, or takes longer than Lambda waits.
    pub async fn ready(&mut self) -> Result<(), Failure> {
        let deadline = tokio::time::Instant::now() + INIT_LIMIT;
        let began = async {
            tokio::select! {
                biased;
                raised = self.api.init_failed() => Err(Failure::Init(raised.message)),
                () = self.api.initialised() => Ok(()),
                status = self.child.wait() => Err(Failure::Init(ended(status))),
            }
        };
        timeout_at(deadline, began).await.unwrap_or_else(|_| Err(Failure::Init(format!("not within {INIT_LIMIT:?}"))))
    }

    /// One invocation, with its own deadline; at that the program is killed.
    ///
    /// # Errors
    /// Where there is no answer; after all failures but [`Failure::Raised`] the sandbox is no more to be used.
    pub async fn invoke(&mut self, event: &Value) -> Result<Value, Failure> {
        self.ready().await?;
        self.started(event).await
    }

    /// As [`Self::invoke`], from wherever the start is: the deadline counts the start in.
    ///
    /// # Errors
    /// As there.
    pub async fn started(&mut self, event: &Value) -> Result<Value, Failure> {
        let id = format!("invocation-{}", self.invocations.fetch_add(1, Ordering::Relaxed) + 1);
        let limit = self.settings.timeout;
        let answer = self.api.invoke(&id, event.clone(), limit);
        let answered = async {
            tokio::select! {
                biased;
                ended = answer => ended.unwrap().map_err(Failure::Raised),
                raised = self.api.init_failed() => Err(Failure::Init(raised.message)),
                status = self.child.wait() => Err(Failure::Exited(ended(status))),
            }
        };
        match tokio::time::timeout(limit, answered).await {
            Ok(answered) => answered,
            Err(_) => {
                self.kill().await;
                Err(Failure::TimedOut)
            }
        }
    }

    /// Ends the program at once.
    pub async fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill().await;
    }

    /// Everything it has written, once it has ended.
    pub async fn last_words(&mut self) -> Vec<String> {
        self.kill().await;
        for reader in self.readers.drain(..) {
            reader.await.unwrap();
        }
        self.log()
    }

    /// What it has written so far, line by line.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// The first line of its log with this message, as JSON.
    pub async fn logged(&self, message: &str) -> Value {
        let began = Instant::now();
        loop {
            let found = self.log().iter().filter_map(|line| serde_json::from_str::<Value>(line).ok()).find(|line| {
                line.pointer("/fields/message").or_else(|| line.get("message")).and_then(Value::as_str) == Some(message)
            });
            if let Some(line) = found {
                return line;
            }
            assert!(began.elapsed() < Duration::from_secs(5), "no line {message:?} in {:#?}", self.log());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// The program's memory, by Linux's word.
    pub fn memory(&self) -> Memory {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id().unwrap())).unwrap();
        let bytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            1024 * line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap()
        };
        Memory { resident: bytes("VmRSS"), peak: bytes("VmHWM") }
    }
}

/// A function as its callers know it: a sandbox is started when there is none and used again while it works.
pub struct Function {
    settings: FunctionSettings,
    warm: tokio::sync::Mutex<Option<Sandbox>>,
    starts: AtomicUsize,
    log: Mutex<Vec<String>>,
    dead_letters: Mutex<Vec<Value>>,
}

impl Function {
    /// A function that has not run yet.
    pub fn new(settings: FunctionSettings) -> Self {
        let (starts, log, dead_letters) = (AtomicUsize::new(0), Mutex::default(), Mutex::default());
        Self { settings, warm: tokio::sync::Mutex::new(None), starts, log, dead_letters }
    }

    /// A synchronous invocation, as API Gateway's.
    ///
    /// # Errors
    /// Where there is no answer.
    pub async fn invoke(&self, event: &Value) -> Result<Value, Failure> {
        let mut warm = self.warm.lock().await;
        let mut sandbox = match warm.take() {
            Some(sandbox) => sandbox,
            None => {
                self.starts.fetch_add(1, Ordering::Relaxed);
                Sandbox::start(&self.settings).await
            }
        };
        let answer = sandbox.invoke(event).await;
        if matches!(answer, Ok(_) | Err(Failure::Raised(_))) {
            *warm = Some(sandbox);
        } else {
            let words = sandbox.last_words().await;
            self.log.lock().unwrap().extend(words);
        }
        answer
    }

    /// An asynchronous invocation, as S3's: repeated twice (without Lambda's minutes between), then left among the dead letters.
    ///
    /// # Errors
    /// What the last attempt failed with.
    pub async fn notify(&self, event: &Value) -> Result<Value, Failure> {
        let mut last = self.invoke(event).await;
        for _ in 0..RETRIES {
            if last.is_ok() {
                break;
            }
            last = self.invoke(event).await;
        }
        if last.is_err() {
            self.dead_letters.lock().unwrap().push(event.clone());
        }
        last
    }

    /// Events that were given up.
    pub fn dead_letters(&self) -> Vec<Value> {
        self.dead_letters.lock().unwrap().clone()
    }

    /// How many sandboxes were started.
    pub fn starts(&self) -> usize {
        self.starts.load(Ordering::Relaxed)
    }

    /// What all its sandboxes have written.
    pub async fn log(&self) -> Vec<String> {
        let warm = self.warm.lock().await;
        let ended = self.log.lock().unwrap().clone();
        ended.into_iter().chain(warm.iter().flat_map(Sandbox::log)).collect()
    }
}

/// The ARN of a function of the embedded cloud.
pub fn arn(name: &str) -> String {
    format!("arn:aws:lambda:us-east-1:123456789012:function:{name}")
}

/// "Defined runtime environment variables" in the AWS Lambda Developer Guide, as an OS-only runtime has them; without `LD_LIBRARY_PATH`,
/// whose first folder has all libraries there and none on other systems, which would search for milliseconds.
fn lambda_environment(settings: &FunctionSettings, api: &str) -> Vec<(String, String)> {
    let name = &settings.name;
    let variables = [
        ("AWS_LAMBDA_RUNTIME_API", api.to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", name.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", settings.memory_mb.to_string()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}")),
        // As `LoggingConfig` of the template has it: the runtime's own subscriber would write down every event.
        ("AWS_LAMBDA_LOG_FORMAT", "JSON".to_owned()),
        ("AWS_LAMBDA_LOG_LEVEL", "TRACE".to_owned()),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/01/[1]0123456789abcdef".to_owned()),
        ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR".to_owned()),
        ("AWS_XRAY_DAEMON_ADDRESS", "169.254.79.129:2000".to_owned()),
        ("LAMBDA_TASK_ROOT", "/var/task".to_owned()),
        ("LAMBDA_RUNTIME_DIR", "/var/runtime".to_owned()),
        ("LANG", "en_US.UTF-8".to_owned()),
        ("PATH", "/usr/local/bin:/usr/bin/:/bin:/opt/bin".to_owned()),
        ("TZ", ":UTC".to_owned()),
        ("_HANDLER", "bootstrap".to_owned()),
    ];
    variables.map(|(name, value)| (name.to_owned(), value)).to_vec()
}

fn keep(stream: impl AsyncRead + Unpin + Send + 'static, log: &Log) -> JoinHandle<()> {
    let log = Arc::clone(log);
    tokio::spawn(async move {
        let mut lines = BufReader::new(stream).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            log.lock().unwrap().push(line);
        }
    })
}

fn ended(status: std::io::Result<ExitStatus>) -> String {
    status.map_or_else(|error| error.to_string(), |status| status.to_string())
}
