//! Old and new releases side by side: what another release left in the bucket and in the table, read by today's programs.

use sbf_brain::artefact::{self, FORMATS, PACKED};
use sbf_tests::{
    backend::HttpBackend,
    brains::of_format,
    process::{bootstraps, eventually},
    runtime::{
        Faults, Function, FunctionSettings, TestStack,
        event::{http_answer, http_request, turn},
    },
};
use serde_json::{Value, json};

use super::{booking, configs, knowledge};

/// What the log of a refusal says.
const REFUSED: &str = "the trained brain was refused";

async fn answer(core: &Function, session: &str) -> (u64, Value) {
    let event = turn(&json!({"text": "what is your version?", "sessionID": session}));
    http_answer(&core.invoke(&event).await.unwrap())
}

/// Metrics of one kind in a log, added up.
fn counted(log: &[String], metric: &str) -> u64 {
    let lines = log.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter_map(|line| line[metric].as_u64()).sum()
}

#[tokio::test]
async fn a_running_core_keeps_its_brain_where_it_cannot_read_the_new_one_and_a_cold_one_says_why() {
    let stack = TestStack::start(bootstraps()).await;
    stack.teach("brains", &knowledge(1), &configs()).await.unwrap();
    let mut settings = stack.core("brains", "");
    settings.environment.push(("METRICS_STACK".to_owned(), "side-by-side".to_owned()));
    let calls = Faults::before(&settings.environment).await;
    let running = Function::new(FunctionSettings { environment: calls.environment(), ..settings.clone() });
    assert_eq!(answer(&running, "s").await.1["text"], "Version 1.");

    let foreign = FORMATS.newest + 1;
    let sentence =
        format!("the trained bot has format {foreign}, this program reads {FORMATS}: train it again with this release");
    let artefact = stack.object("brains", PACKED).await.unwrap();
    stack.upload("brains", PACKED, of_format(&artefact, foreign)).await;
    let looks = || calls.calls().iter().filter(|call| call.contains(PACKED)).count();
    let before = looks();
    // It looks at the artefact again and again, and answers on.
    eventually(async || {
        let (status, said) = answer(&running, "s").await;
        assert_eq!((status, &said["text"]), (200, &json!("Version 1.")), "{said}");
        looks() >= before + 3
    })
    .await;
    let log = running.log().await;
    let told: Vec<_> = log.iter().filter(|line| line.contains(REFUSED)).collect();
    assert_eq!(told.len(), 1, "said once, not at every look: {told:#?}");
    assert!(told[0].contains(&sentence) && told[0].contains("ERROR"), "{}", told[0]);
    assert_eq!((counted(&log, "RefusedBrains"), counted(&log, "Faults")), (1, 0));
    assert_eq!(running.starts(), 1);

    let cold = Function::new(settings);
    for _ in 0..2 {
        let (status, said) = answer(&cold, "s").await;
        assert_eq!((status, said["message"].is_string()), (503, true), "{said}");
    }
    let health = cold.invoke(&http_request("GET", "/health", None, None)).await.unwrap();
    assert_eq!(http_answer(&health).0, 503);
    let log = cold.log().await;
    assert!(log.iter().any(|line| line.contains(REFUSED) && line.contains(&sentence)), "{log:#?}");
    assert_eq!((counted(&log, "RefusedBrains"), counted(&log, "Faults")), (1, 3), "{log:#?}");
    assert_eq!(cold.starts(), 1, "no brain is no reason to end");

    // This release's train makes one that both can read; that the one there was another release's stops nobody.
    let outcome = stack.teach("brains", &knowledge(2), &configs()).await.unwrap();
    assert_eq!(outcome["outcome"], "published");
    for core in [&running, &cold] {
        eventually(async || answer(core, "s").await.1["text"] == "Version 2.").await;
    }
}

#[tokio::test]
async fn what_lies_in_the_bucket_from_an_earlier_release_is_answered_from() {
    let stack = TestStack::start(bootstraps()).await;
    stack.cloud.create_bucket("brains").await.unwrap();
    for format in FORMATS.oldest..=FORMATS.newest {
        let file = format!("crates/brain/src/artefact/format-{format}.pgk");
        let artefact = std::fs::read(sbf_tests::repository().join(file)).unwrap();
        let version = artefact::summary(&artefact).unwrap().version;
        stack.upload("brains", PACKED, artefact).await;
        let core = Function::new(stack.core("brains", ""));
        let said = http_answer(&core.invoke(&turn(&json!({"text": "opening hours"}))).await.unwrap());
        assert_eq!((said.0, &said.1["text"]), (200, &json!("From nine to six.")), "format {format}");
        let health = core.invoke(&http_request("GET", "/health", None, None)).await.unwrap();
        assert_eq!(http_answer(&health).1["brain"]["version"], version.as_str());
    }
}

#[tokio::test]
async fn a_conversation_goes_from_a_newer_core_to_an_older_one_and_back() {
    let stack = TestStack::start(bootstraps()).await;
    stack.teach("brains", &booking(), &configs()).await.unwrap();
    let backend = HttpBackend::start(|_| json!({"text": "Done."})).await;
    stack.cloud.set_local_functions([("book".to_owned(), backend.url.clone())].into());
    let core = Function::new(stack.core("brains", "book"));
    let say = async |text: &str, turn_id: &str| {
        let event = turn(&json!({"text": text, "sessionID": "s", "turnID": turn_id}));
        let (status, said) = http_answer(&core.invoke(&event).await.unwrap());
        assert_eq!(status, 200, "{said}");
        said
    };
    let stored = async || serde_json::from_str::<Value>(&stack.session("ana", "s").await.unwrap()).unwrap();
    say("I want a table", "t1").await;

    // A newer release has added to all that there is, and left out nothing.
    let mut newer = stored().await;
    assert_eq!(newer["state"]["at"], "asking", "{newer:#}");
    newer["language"] = json!("pt");
    newer["trail"] = json!([{"intent": "book", "at": 1}]);
    newer["state"]["mood"] = json!("new here");
    newer["recent"][0]["seconds"] = json!(0.25);
    stack.rewrite_session("ana", "s", &newer).await;
    assert_eq!(say("Lee", "t2").await["text"], "Done.");
    let kept = stored().await;
    assert_eq!((&kept["language"], &kept["trail"]), (&newer["language"], &newer["trail"]));
    assert_eq!(kept["state"], json!({"at": "idle"}), "what was open is not any more");

    // One whose dialog stands where only the newer release knows its way.
    let mut elsewhere = kept;
    elsewhere["state"] = json!({"at": "inTree", "node": "7"});
    stack.rewrite_session("ana", "s", &elsewhere).await;
    assert_eq!(say("goodbye", "t3").await["text"], "Bye!");
    assert_eq!(stored().await["language"], "pt");

    // One of an older release, which had none of the newest fields.
    let expires_at = stored().await["expires_at"].clone();
    stack
        .rewrite_session(
            "ana",
            "s",
            &json!({"state": {"at": "asking", "intent": "book", "parameter": "name"}, "expires_at": expires_at}),
        )
        .await;
    assert_eq!(say("Kim", "t4").await["text"], "Done.");
}
