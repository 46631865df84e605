//! Power cuts: `sbf dev` is killed, again and again, and started on the same state folder.
#![allow(clippy::print_stdout, reason = "a test that failed says at which moments it killed")]

use std::{env, thread, time::Duration};

use sbf_cli::bot::LocalBot;
use sbf_samples::Tables;
use sbf_tests::{
    backend::HttpBackend,
    brains,
    process::{DevProcess, eventually, post, try_post},
};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Three dialogs, one after the other: of a sample that stores, of parameters that the bot asks for itself (its backend must not be called
/// twice), and of a sample with many steps.
const CONVERSATION: [&str; 14] = [
    "leave feedback",
    "Ann",
    "O'Hara",
    "Quick and friendly!",
    "book a table",
    "Friday",
    "four",
    "under the name of Lee",
    "order a pizza",
    "Greek",
    "large",
    "2",
    "thin",
    "yes",
];
/// The turn that stores feedback.
const FEEDBACK: usize = 3;
/// The turn whose backend must not be called twice.
const BOOKING: usize = 7;
/// The turn that stores an order.
const ORDER: usize = 13;
const BOOKED: &str = "Your table is booked.";

/// When the program is killed while a turn is to be had.
#[derive(Debug, Clone, Copy)]
enum Kill {
    /// So long after the request began to be sent.
    Asked(Duration),
    /// As soon as the answer is there.
    Answered,
    /// So long after it was started once more.
    Starting(Duration),
    /// So long after a file of its brain was saved.
    Saving(Duration),
}

#[tokio::test]
async fn a_dialog_survives_kills_at_any_moment() {
    let calm = DevBot::new().await.converse(&[]).await;
    let seeds = env::var("SBF_SEED").map_or(vec![1, 20], |seed| vec![seed.parse().unwrap()]);
    for seed in seeds {
        // Shown where the test fails.
        println!("SBF_SEED={seed} kills after the same delays again");
        one_with_kills(Chance(seed), &calm).await;
    }
}

/// The conversation with kills ends as the calm one does.
async fn one_with_kills(mut chance: Chance, calm: &[Value]) {
    let desk = DevBot::new().await;
    // Nothing is there yet: tables, buckets and brain are being made.
    for _ in 0..2 {
        DevProcess::start_and_kill(desk.brain.path(), desk.state.path(), chance.up_to(500));
    }
    let disturbed = desk.converse(&chance.kills()).await;
    for (turn, (calm, disturbed)) in calm.iter().zip(&disturbed).enumerate() {
        let perhaps_done = turn == BOOKING && disturbed["endConversation"] == true;
        assert!(calm == disturbed || perhaps_done, "{:?}: {calm:#} but {disturbed:#}", CONVERSATION[turn]);
    }
    desk.assert_done_once(disturbed[BOOKING]["text"] == BOOKED).await;
}

#[tokio::test]
async fn a_backend_killed_under_is_not_called_again_and_the_user_is_told() {
    let desk = DevBot::new().await;
    let dev = desk.killed_while_booking("lost").await;
    let (status, told) = dev.core(&turn("under the name of Lee", "lost")).await;
    assert_eq!((status, &told["endConversation"]), (200, &json!(true)), "{told}");
    assert!(told["text"].as_str().is_some_and(|text| !text.is_empty() && text != BOOKED), "{told}");
    assert_eq!(dev.core(&turn("under the name of Lee", "lost")).await.1, told);
    assert_eq!(desk.bookings().len(), 1);
}

#[tokio::test]
async fn after_a_kill_in_a_backend_another_message_goes_on_at_the_question() {
    let desk = DevBot::new().await;
    let dev = desk.killed_while_booking("lost").await;
    let (_, booked) = dev.core(&turn("under the name of Kim", "next")).await;
    assert_eq!(booked["text"], BOOKED, "{booked}");
    let (_, told) = dev.core(&turn("under the name of Lee", "lost")).await;
    assert_eq!(told["endConversation"], true, "{told}");
    let names: Vec<_> = desk.bookings().iter().map(|event| event["name"].clone()).collect();
    assert_eq!(names, ["under the name of Lee", "under the name of Kim"]);
}

#[tokio::test]
async fn an_idempotent_backend_is_called_again_with_the_same_turn() {
    let desk = DevBot::new().await;
    desk.edit(|intent| intent["_source"]["idempotent"] = json!(true));
    let dev = desk.killed_while_booking("again").await;
    let (_, booked) = dev.core(&turn("under the name of Lee", "again")).await;
    assert_eq!(booked["text"], BOOKED, "{booked}");
    let calls = desk.bookings();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0], calls[1]);
    assert_eq!(calls[0]["turnID"], "again");
}

#[tokio::test]
async fn a_turn_whose_client_goes_away_is_done_and_kept() {
    let desk = DevBot::new().await;
    let dev = desk.start().await;
    desk.ask_for_a_table(&dev).await;
    let (url, request) = (format!("{}/core", dev.address), turn("under the name of Lee", "reload"));
    desk.backend.hold();
    tokio::select! {
        answer = try_post(&url, &request) => panic!("the backend holds its answer back, but: {answer:?}"),
        () = desk.backend.called(1) => {}
    }
    // The request was dropped with its connection, as by a page that is loaded again; the program has time to see that.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let retry = tokio::spawn(async move { post(&url, &request).await });
    desk.backend.let_go();
    let (_, booked) = retry.await.unwrap();
    assert_eq!(booked["text"], BOOKED, "{booked}");
    assert_eq!(desk.bookings().len(), 1);
}

/// A brain, its state and a backend that takes bookings.
struct DevBot {
    brain: TempDir,
    state: TempDir,
    backend: HttpBackend,
}

impl DevBot {
    /// The English sample bot, which can also book tables.
    async fn new() -> Self {
        let backend = HttpBackend::start(|_| {
            // So long that some kills meet it at work.
            thread::sleep(Duration::from_millis(10));
            json!({"text": BOOKED, "speech": BOOKED})
        })
        .await;
        let desk = Self { brain: TempDir::new().unwrap(), state: TempDir::new().unwrap(), backend };
        brains::copy("en", desk.brain.path());
        let mut knowledge = brains::read(desk.brain.path(), "knowledge.json");
        knowledge["knowledge"].as_array_mut().unwrap().push(table());
        brains::write(desk.brain.path(), "knowledge.json", &knowledge);
        let mut configs = brains::read(desk.brain.path(), "configs.json");
        configs["localFunctions"] = json!({"book-table": desk.backend.url});
        brains::write(desk.brain.path(), "configs.json", &configs);
        desk
    }

    async fn start(&self) -> DevProcess {
        let dev = DevProcess::start(self.brain.path(), self.state.path());
        dev.ready().await;
        dev
    }

    fn bookings(&self) -> Vec<Value> {
        self.backend.events()
    }

    /// Changes the intent that books tables.
    fn edit(&self, change: impl FnOnce(&mut Value)) {
        let mut knowledge = brains::read(self.brain.path(), "knowledge.json");
        change(knowledge["knowledge"].as_array_mut().unwrap().last_mut().unwrap());
        brains::write(self.brain.path(), "knowledge.json", &knowledge);
    }

    /// The whole conversation with these kills, each by the number of its turn: the answers that the user kept in the end.
    async fn converse(&self, kills: &[(usize, Kill)]) -> Vec<Value> {
        let mut dev = self.start().await;
        let mut answers = Vec::new();
        for (number, text) in CONVERSATION.iter().enumerate() {
            let request = turn(text, &format!("turn-{number}"));
            let mut heard = Vec::new();
            for (_, kill) in kills.iter().filter(|(turn, _)| *turn == number) {
                let answer = self.suffer(*kill, dev, &request).await;
                println!("{text:?}: {kill:?}, {}", if answer.is_some() { "answered" } else { "not answered" });
                heard.extend(answer);
                dev = self.start().await;
            }
            heard.push(dev.core(&request).await);
            heard.push(dev.core(&request).await);
            assert!(heard.iter().all(|answer| *answer == heard[0]), "{text:?} has two answers: {heard:#?}");
            let (status, mut answer) = heard.swap_remove(0);
            assert_eq!(status, 200, "{text:?}: {answer}");
            // It holds the time of day.
            answer.as_object_mut().unwrap().remove("uid");
            answers.push(answer);
        }
        self.assert_brain_is_the_saved_one(&dev).await;
        dev.kill();
        answers
    }

    /// Kills the program: what it answered to the request before it died.
    async fn suffer(&self, kill: Kill, dev: DevProcess, request: &Value) -> Option<(u16, Value)> {
        match kill {
            Kill::Asked(after) => return dev.core_and_kill(request, after).await,
            Kill::Answered => {
                let answer = dev.core(request).await;
                dev.kill();
                return Some(answer);
            }
            Kill::Starting(after) => {
                dev.kill();
                DevProcess::start_and_kill(self.brain.path(), self.state.path(), after);
            }
            Kill::Saving(after) => {
                self.save_anew();
                thread::sleep(after);
                dev.kill();
            }
        }
        None
    }

    /// Saves the brain with another answer to a greeting.
    fn save_anew(&self) {
        let mut knowledge = brains::read(self.brain.path(), "knowledge.json");
        let greeting = greeting(&mut knowledge);
        *greeting = json!(format!("{}!", greeting.as_str().unwrap()));
        brains::write(self.brain.path(), "knowledge.json", &knowledge);
    }

    /// In the end the bot answers from the files as they were saved last.
    async fn assert_brain_is_the_saved_one(&self, dev: &DevProcess) {
        let expected = greeting(&mut brains::read(self.brain.path(), "knowledge.json")).clone();
        eventually(async || dev.core(&json!({"text": "hello there"})).await.1["text"] == expected).await;
    }

    /// What the conversation was to do, the stores hold once, and the backend was told once if the user was told so; the program is not running.
    async fn assert_done_once(&self, booked: bool) {
        let local = LocalBot::start(Some(self.state.path().to_owned())).await.unwrap();
        let stored = async |table: &str| {
            let scanned = local.cloud.dynamodb().scan().table_name(table).send().await.unwrap();
            scanned.items().to_vec()
        };
        let orders = stored(&Tables::default().orders).await;
        assert_eq!(orders.len(), 1, "{orders:#?}");
        assert_eq!(orders[0]["pizzaType"].as_s().unwrap(), "greek");
        let feedback = stored(&Tables::default().feedback).await;
        assert_eq!(feedback.len(), 1, "{feedback:#?}");
        assert_eq!(feedback[0]["LastName"].as_s().unwrap(), "O'Hara");
        let bookings = self.bookings();
        assert!(bookings.len() == 1 || (bookings.is_empty() && !booked), "{bookings:#?}");
        for booking in bookings {
            assert_eq!(booking["day"], "Friday");
            assert_eq!(booking["people"], "four");
            assert_eq!(booking["name"], "under the name of Lee");
        }
    }

    async fn ask_for_a_table(&self, dev: &DevProcess) {
        for text in ["book a table", "Friday", "four"] {
            dev.core(&turn(text, text.split(' ').next().unwrap())).await;
        }
    }

    /// A program started anew after one that was killed while its backend worked on this turn.
    async fn killed_while_booking(&self, turn_id: &str) -> DevProcess {
        let dev = self.start().await;
        self.ask_for_a_table(&dev).await;
        let (url, request) = (format!("{}/core", dev.address), turn("under the name of Lee", turn_id));
        self.backend.hold();
        let cut = tokio::spawn(async move { try_post(&url, &request).await });
        self.backend.called(1).await;
        dev.kill();
        assert!(cut.await.unwrap().is_err());
        self.backend.let_go();
        self.start().await
    }
}

/// Numbers from a seed (SplitMix64, Steele et al. 2014).
struct Chance(u64);

impl Chance {
    /// Twelve kills with the numbers of the turns that they disturb, in order: two of three while a request is under way, half of those
    /// at turns that do what must be done once.
    fn kills(&mut self) -> Vec<(usize, Kill)> {
        let mut kills: Vec<_> = (0..12).map(|number| (self.turn(number), self.kill(number))).collect();
        kills.sort_by_key(|(turn, _)| *turn);
        kills
    }

    fn turn(&mut self, number: usize) -> usize {
        match number {
            4 => FEEDBACK,
            5 | 6 => BOOKING,
            7 => ORDER,
            _ => self.below(CONVERSATION.len() as u64) as usize,
        }
    }

    fn kill(&mut self, number: usize) -> Kill {
        match number {
            0 => Kill::Answered,
            1 => Kill::Starting(self.up_to(500)),
            2 | 3 => Kill::Saving(self.up_to(400)),
            // As many below a millisecond as below ten and as below a hundred.
            _ => Kill::Asked(Duration::from_micros(100).mul_f64(1000_f64.powf(self.share()))),
        }
    }

    fn up_to(&mut self, milliseconds: u32) -> Duration {
        Duration::from_millis(u64::from(milliseconds)).mul_f64(self.share())
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// From 0 up to, but not including, 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }
}

/// A turn as the page sends it: with a session and a turn of its own naming, the same for each try.
fn turn(text: &str, turn_id: &str) -> Value {
    json!({"text": text, "sessionID": "page", "turnID": turn_id})
}

/// An intent whose backend must not be called again by itself.
fn table() -> Value {
    let parameter = |position: usize, name: &str, question: &str| json!({"name": name, "payloadPosition": position, "noMatchAsk": [{"text": question, "speech": question}]});
    json!({
        "_id": "2000",
        "_intents": ["book a table", "reserve a table please", "I need a table for tonight", "can I get a table"],
        "_source": {
            "arn": "book-table",
            "payload": "{day: '$0', people: '$1', name: '$2'}",
            "parameters": [
                parameter(0, "day", "On which day?"),
                parameter(1, "people", "For how many people?"),
                parameter(2, "name", "Under which name?")
            ]
        }
    })
}

/// The one thing that the bot says to a greeting.
fn greeting(knowledge: &mut Value) -> &mut Value {
    let intents = knowledge["knowledge"].as_array_mut().unwrap();
    let intent = intents.iter_mut().find(|intent| intent["_id"] == "3").unwrap();
    let response = intent["_source"]["response"].as_array_mut().unwrap();
    response.truncate(1);
    &mut response[0]["text"]
}
