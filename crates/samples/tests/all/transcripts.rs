//! Whole conversations in every language; the snapshots hold what was said.

use std::fmt::Write;

use sbf_samples::{FEEDBACK, PIZZA, WEATHER};
use serde_json::Value;

use crate::support::{Talk, World};

/// What users say in a language.
struct Script {
    lang: &'static str,
    city: &'static str,
    feedback: [&'static str; 3],
    /// A first order: some answers are wrong.
    order: [&'static str; 12],
    /// Another visit: no to the same again, a pizza, then away.
    leaving: [&'static str; 3],
    /// A last visit: the same again, after an answer that is neither yes nor no.
    again: [&'static str; 2],
}

const SCRIPTS: [Script; 7] = [
    Script {
        lang: "en-US",
        city: "New York <b>",
        feedback: ["my name is Ann", "O'Neill & Sons", "Lovely \"bot\", thanks!"],
        order: [
            "tuna",
            "I'd like the Greek one",
            "tiny",
            "large please",
            "0.5",
            "0",
            "-1",
            "two",
            "crunchy",
            "Thin",
            "maybe",
            "yes please",
        ],
        leaving: ["no thanks", "veggie", "please cancel my order"],
        again: ["hm", "sure"],
    },
    Script {
        lang: "pt-BR",
        city: "São Paulo",
        feedback: ["meu nome é João", "da Conceição", "Atendimento ótimo, parabéns!"],
        order: [
            "atum",
            "quero a grega",
            "minúscula",
            "grande, por favor",
            "meia",
            "0",
            "101",
            "duas pizzas",
            "crocante",
            "massa fina",
            "talvez",
            "sim",
        ],
        leaving: ["não, obrigado", "vegetariana", "quero cancelar o pedido"],
        again: ["hum", "pode ser"],
    },
    Script {
        lang: "es-US",
        city: "Bogotá",
        feedback: ["me llamo José", "Núñez", "¡Muy buena atención!"],
        order: [
            "atún",
            "la griega, por favor",
            "diminuta",
            "pequeña",
            "0.5",
            "cero",
            "1e9",
            "una docena",
            "crujiente",
            "gruesa",
            "quizás",
            "si",
        ],
        leaving: ["no gracias", "nueva york", "mejor cancela"],
        again: ["este", "claro que sí"],
    },
    Script {
        lang: "fr-FR",
        city: "Orléans",
        feedback: ["je m'appelle Zoé", "Lefèvre", "Très bon accueil, merci !"],
        order: [
            "thon",
            "la grecque",
            "minuscule",
            "très grande",
            "zéro",
            "2,5",
            "NaN",
            "deux pizzas",
            "croustillante",
            "épaisse",
            "peut-être",
            "oui",
        ],
        leaving: ["non merci", "la végétarienne", "annulez ma commande"],
        again: ["euh", "volontiers"],
    },
    Script {
        lang: "it-IT",
        city: "Forlì",
        feedback: ["mi chiamo Niccolò", "Rossi", "Ottimo servizio!"],
        order: [
            "tonno",
            "vorrei la greca",
            "minuscola",
            "media",
            "mezza",
            "0",
            "cento",
            "due",
            "croccante",
            "spessa",
            "forse",
            "sì",
        ],
        leaving: ["no, grazie", "vegetariana", "annulla l'ordine"],
        again: ["boh", "va bene"],
    },
    Script {
        lang: "de-DE",
        city: "München",
        feedback: ["ich heiße Jürgen", "Weiß", "Sehr netter Service!"],
        order: [
            "Thunfisch",
            "die griechische bitte",
            "winzig",
            "eine große",
            "eine halbe",
            "0",
            "einhundert",
            "zwei",
            "knusprig",
            "dünn",
            "vielleicht",
            "ja gerne",
        ],
        leaving: ["nein danke", "vegetarisch", "bitte abbrechen"],
        again: ["hm", "klar"],
    },
    Script {
        lang: "ru-RU",
        city: "Нижний Новгород",
        feedback: ["меня зовут Алёна", "Ковалёва", "Отличный сервис!"],
        order: [
            "с тунцом",
            "греческую, пожалуйста",
            "крошечную",
            "большую",
            "половину",
            "0",
            "сто",
            "две пиццы",
            "хрустящее",
            "тонкое",
            "может быть",
            "да",
        ],
        leaving: ["нет, спасибо", "вегетарианскую", "отмена"],
        again: ["хм", "конечно"],
    },
];

#[tokio::test]
async fn every_language_holds_all_three_conversations() {
    for script in &SCRIPTS {
        let world = World::new().await;
        let mut transcript = String::new();
        let mut talk = world.talk(WEATHER, script.lang, "weather");
        converse(&mut transcript, &mut talk, "weather", &[script.city]).await;
        let mut talk = world.talk(FEEDBACK, script.lang, "feedback");
        converse(&mut transcript, &mut talk, "feedback", &script.feedback).await;
        let mut talk = world.talk(PIZZA, script.lang, "pizza");
        converse(&mut transcript, &mut talk, "a first order", &script.order).await;
        converse(&mut transcript, &mut talk, "leaving", &script.leaving).await;
        converse(&mut transcript, &mut talk, "the same again", &script.again).await;
        insta::assert_snapshot!(script.lang, transcript);
        assert_eq!(world.items(&world.tables.orders).await.len(), 2, "{}", script.lang);
        assert_eq!(world.items(&world.tables.feedback).await.len(), 1, "{}", script.lang);
    }
}

async fn converse(transcript: &mut String, talk: &mut Talk<'_>, title: &str, answers: &[&str]) {
    writeln!(transcript, "# {title}").unwrap();
    let mut reply = talk.begin().await;
    write_reply(transcript, &reply);
    for answer in answers {
        assert_ne!(reply["asyncConversation"]["endConversation"], true, "ended before {answer:?}\n{transcript}");
        writeln!(transcript, "> {answer}").unwrap();
        reply = talk.say(answer).await;
        write_reply(transcript, &reply);
    }
    let ended = reply.get("asyncConversation").is_none_or(|last| last["endConversation"] == true);
    assert!(ended, "{title} goes on\n{transcript}");
    transcript.push('\n');
}

fn write_reply(transcript: &mut String, reply: &Value) {
    let conversation = reply.get("asyncConversation");
    let said = conversation.map_or(reply, |conversation| &conversation["ask"]);
    for line in said["text"].as_str().unwrap().split("<br/>") {
        writeln!(transcript, "< {line}").unwrap();
    }
    writeln!(transcript, "  spoken: {}", said["speech"].as_str().unwrap()).unwrap();
    if let Some(conversation) = conversation {
        let end = if conversation["endConversation"] == true { ", end" } else { "" };
        let id = conversation["id"].as_str().unwrap();
        writeln!(transcript, "  {id}{end} {}", conversation["payload"]).unwrap();
    }
}
