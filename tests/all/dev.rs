//! `sbf dev` as its users meet it: a process, HTTP, files that are saved and a machine that loses power.

mod state;

use std::{fs, path::Path, time::Duration};

use sbf_tests::{
    backend::HttpBackend,
    brains,
    process::{DevProcess, eventually, post},
};
use serde_json::{Value, json};
use tempfile::TempDir;

struct DevBot {
    brain: TempDir,
    state: TempDir,
    backend: HttpBackend,
}

impl DevBot {
    /// The telephone bot, and a backend that says which department it was asked for.
    async fn new() -> Self {
        let backend =
            HttpBackend::start(|event| json!({"text": format!("Ramal de {}: 4021", event["departamento"])})).await;
        let desk = Self { brain: TempDir::new().unwrap(), state: TempDir::new().unwrap(), backend };
        brains::telephone(desk.brain.path(), &desk.backend.url);
        desk
    }

    async fn start(&self) -> DevProcess {
        let dev = DevProcess::start(self.brain.path(), self.state.path());
        dev.ready().await;
        dev
    }
}

#[tokio::test]
async fn a_missing_parameter_is_asked_for_in_the_reference_shape() {
    let desk = DevBot::new().await;
    let dev = desk.start().await;
    let (status, asked) = dev.core(&json!({"text": "qual o telefone de contato", "lang": "pt-BR"})).await;
    assert_eq!(status, 200);
    assert_eq!(asked["conversation"]["_id"], "100");
    assert_eq!(asked["conversation"]["generateReturn"], true);
    assert_eq!(asked["conversation"]["sync"]["departamento"]["ask"]["text"], "Qual o departamento?");
    assert_eq!(asked["conversation"]["sync"]["departamento"]["payloadPosition"], 0);
    assert!(asked.get("text").is_none(), "{asked}");
    assert_eq!(asked["desiredMatch"]["bestMatchID"], "100");
}

#[tokio::test]
async fn an_answer_by_session_reaches_the_backend() {
    let desk = DevBot::new().await;
    let dev = desk.start().await;
    let (_, asked) = dev.core(&json!({"text": "qual o telefone de contato", "lang": "pt-BR"})).await;
    let (status, answered) = dev.core(&json!({"text": "Vendas", "sessionID": asked["sessionID"]})).await;
    assert_eq!(status, 200);
    assert_eq!(answered["said"][0]["text"], "Ok, só um minuto");
    assert_eq!(answered["text"], "Ramal de \"Vendas\": 4021");
    assert_eq!(desk.backend.events()[0]["departamento"], "Vendas");
}

#[tokio::test]
async fn an_answer_of_the_old_client_needs_no_session() {
    let desk = DevBot::new().await;
    let dev = desk.start().await;
    for key in ["departamento", "0"] {
        let body =
            json!({"_id": "100", "payload": {key: {"response": "Vendas"}}, "rawIntent": "qual o telefone de contato"});
        let (status, answered) = dev.core(&body).await;
        assert_eq!((status, &answered["text"]), (200, &json!("Ramal de \"Vendas\": 4021")), "{answered}");
        assert_eq!(answered["said"][0]["text"], "Ok, só um minuto", "{answered}");
    }
    assert!(desk.backend.events().iter().all(|event| event["departamento"] == "Vendas"));
}

#[tokio::test]
async fn an_answer_of_quotes_and_braces_reaches_the_backend_unchanged() {
    let desk = DevBot::new().await;
    let dev = desk.start().await;
    let awkward = r#"a "quoted" {brace} $1 $0 \ 'x' ${y} </b>"#;
    let (_, asked) = dev.core(&json!({"text": "qual o telefone de contato"})).await;
    let (status, _) = dev.core(&json!({"text": awkward, "sessionID": asked["sessionID"]})).await;
    assert_eq!(status, 200);
    assert_eq!(desk.backend.events()[0]["departamento"], awkward);
}

#[tokio::test]
async fn a_saved_brain_answers_without_a_restart() {
    let desk = DevBot::new().await;
    let dev = desk.start().await;
    let mut knowledge = brains::read(desk.brain.path(), "knowledge.json");
    knowledge["knowledge"][1]["_source"]["response"][0]["text"] = json!("Olá, tudo novo!");
    brains::write(desk.brain.path(), "knowledge.json", &knowledge);
    eventually(async || dev.core(&json!({"text": "bom dia"})).await.1["text"] == "Olá, tudo novo!").await;

    // Each of many saves in a row goes live; `make dev` prints how soon.
    for save in 0..10 {
        let said = format!("Olá, {save}!");
        knowledge["knowledge"][1]["_source"]["response"][0]["text"] = json!(said);
        brains::write(desk.brain.path(), "knowledge.json", &knowledge);
        eventually(async || dev.core(&json!({"text": "bom dia"})).await.1["text"] == said.as_str()).await;
    }

    let mut configs = brains::read(desk.brain.path(), "configs.json");
    configs["name"] = json!("Outro nome");
    brains::write(desk.brain.path(), "configs.json", &configs);
    eventually(async || get(&dev, "/client.json").await["name"] == "Outro nome").await;
}

#[tokio::test]
async fn a_broken_brain_is_named_and_the_old_one_stays() {
    let desk = DevBot::new().await;
    let dev = desk.start().await;
    let good = brains::read(desk.brain.path(), "knowledge.json");
    let mut broken = good.clone();
    broken["knowledge"][0]["_id"] = json!("200");
    broken["knowledge"][0]["_source"]["parameters"][0]["regexList"] = json!(["/(?=x)(y)/"]);
    brains::write(desk.brain.path(), "knowledge.json", &broken);
    eventually(async || paths(&get(&dev, "/dev/problems").await).iter().any(|path| path.contains("regexList"))).await;
    let problems = paths(&get(&dev, "/dev/problems").await);
    assert!(problems.iter().any(|path| path.ends_with("_id")), "all problems at once: {problems:?}");
    assert_eq!(dev.core(&json!({"text": "bom dia"})).await.1["text"], "Bom dia!");

    fs::write(desk.brain.path().join("knowledge.json"), "{ not json").unwrap();
    eventually(async || {
        let problems = get(&dev, "/dev/problems").await;
        problems["problems"].as_array().is_some_and(|list| list.len() == 1 && list[0]["severity"] == "error")
    })
    .await;
    assert_eq!(dev.core(&json!({"text": "bom dia"})).await.1["text"], "Bom dia!");

    brains::write(desk.brain.path(), "knowledge.json", &good);
    eventually(async || {
        get(&dev, "/dev/problems").await["problems"]
            .as_array()
            .is_some_and(|list| list.iter().all(|one| one["severity"] != "error"))
    })
    .await;
}

#[tokio::test]
async fn a_dialog_goes_on_at_its_question_after_a_kill() {
    let desk = DevBot::new().await;
    let dev = desk.start().await;
    let (_, asked) = dev.core(&json!({"text": "qual o telefone de contato"})).await;
    dev.kill();
    let dev = desk.start().await;
    let (_, answered) = dev.core(&json!({"text": "Vendas", "sessionID": asked["sessionID"]})).await;
    assert_eq!(answered["text"], "Ramal de \"Vendas\": 4021", "{answered}");
}

#[tokio::test]
async fn a_file_saved_while_it_was_down_is_picked_up_at_start() {
    let desk = DevBot::new().await;
    desk.start().await.kill();
    let mut knowledge = brains::read(desk.brain.path(), "knowledge.json");
    knowledge["knowledge"][1]["_source"]["response"][0]["text"] = json!("Mudou enquanto dormia");
    brains::write(desk.brain.path(), "knowledge.json", &knowledge);
    let dev = desk.start().await;
    eventually(async || dev.core(&json!({"text": "bom dia"})).await.1["text"] == "Mudou enquanto dormia").await;
}

#[tokio::test]
async fn kills_while_training_never_leave_a_broken_brain() {
    let desk = DevBot::new().await;
    for round in 0..8_u64 {
        let mut knowledge = brains::read(desk.brain.path(), "knowledge.json");
        knowledge["knowledge"][1]["_source"]["response"][0]["text"] = json!(format!("rodada {round}"));
        let dev = DevProcess::start(desk.brain.path(), desk.state.path());
        brains::write(desk.brain.path(), "knowledge.json", &knowledge);
        tokio::time::sleep(Duration::from_millis(round * 23)).await;
        dev.kill();
    }
    let dev = desk.start().await;
    eventually(async || dev.core(&json!({"text": "bom dia"})).await.1["text"] == "rodada 7").await;
}

#[tokio::test]
async fn a_foreign_origin_is_refused() {
    let desk = DevBot::new().await;
    let dev = desk.start().await;
    let client = reqwest::Client::new();
    let url = format!("{}/core", dev.address);
    let body = json!({"text": "bom dia"});
    let foreign = client.post(&url).header("origin", "https://example.com").json(&body).send().await.unwrap();
    assert_eq!(foreign.status(), 403);
    let rebound = client.post(&url).header("host", "example.com").json(&body).send().await.unwrap();
    assert_eq!(rebound.status(), 403);
    let form = client.post(&url).header("content-type", "text/plain").body(body.to_string()).send().await.unwrap();
    assert_eq!(form.status(), 400);
}

#[tokio::test]
async fn two_messages_at_once_are_both_answered_and_both_take_effect() {
    let desk = DevBot::new().await;
    let dev = desk.start().await;
    let session = "both";
    let (_, asked) = dev.core(&json!({"text": "qual o telefone de contato", "sessionID": session})).await;
    assert!(asked["conversation"]["sync"].is_object());
    let url = format!("{}/core", dev.address);
    let answer = json!({"text": "Vendas", "sessionID": session, "turnID": "a"});
    let greeting = json!({"text": "bom dia", "sessionID": session, "turnID": "b"});
    let (one, other) = tokio::join!(post(&url, &answer), post(&url, &greeting));
    assert_eq!((one.0, other.0), (200, 200), "{one:?} {other:?}");
    // Whoever came first answered the question; the other was a turn of its own after it.
    assert_eq!(desk.backend.events().len(), 1, "{one:?} {other:?}");
    let (_, again) = dev.core(&json!({"text": "Vendas", "sessionID": session, "turnID": "a"})).await;
    assert_eq!(again["text"], one.1["text"], "a repeated turn gets its stored reply");
    assert_eq!(desk.backend.events().len(), 1);
}

#[tokio::test]
async fn the_page_is_served_and_strange_addresses_are_named() {
    let desk = DevBot::new().await;
    let dev = desk.start().await;
    let page = reqwest::get(format!("{}/", dev.address)).await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    let header = |name: &str| page.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("x-content-type-options"), "nosniff");
    let policy = header("content-security-policy");
    let (connects, frames) = policy.split_once("; ").unwrap();
    assert!(
        connects.starts_with("connect-src 'self' http://127.0.0.1:") && connects.split(' ').count() == 3,
        "{policy}"
    );
    assert_eq!(frames, "frame-ancestors 'none'");
    let long = format!("/{}", "x".repeat(5_000));
    for address in ["/no/such/page", "/x%00", "/assets/%00.js", "/..%2f..%2fetc/passwd", &long] {
        let nothing = reqwest::get(format!("{}{address}", dev.address)).await.unwrap();
        assert_eq!(nothing.status(), 404, "{address}");
        assert!(nothing.json::<Value>().await.unwrap()["message"].is_string(), "{address}");
    }
}

fn paths(problems: &Value) -> Vec<String> {
    let list = problems["problems"].as_array().unwrap();
    list.iter().map(|problem| problem["path"].as_str().unwrap().to_owned()).collect()
}

async fn get(dev: &DevProcess, path: &str) -> Value {
    reqwest::get(format!("{}{path}", dev.address)).await.unwrap().json().await.unwrap()
}

/// The file system shows that a folder given by a user is only read.
#[tokio::test]
async fn the_brain_folder_is_only_read() {
    let desk = DevBot::new().await;
    let before = names(desk.brain.path());
    let dev = desk.start().await;
    dev.core(&json!({"text": "bom dia"})).await;
    assert_eq!(names(desk.brain.path()), before);
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
