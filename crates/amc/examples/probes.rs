//! Prints what small bots make of probe utterances: `cargo run --release -p sbf-amc --example probes -- ../shared/data/knowledge`.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "it is a program for developers")]

use std::fs;

use sbf_amc::{Options, Sample, train};

/// The intent's `_id` that is meant, or nothing where the bot knows nothing of it, and the utterance.
type Probe = (&'static str, &'static str);

/// Language tag, file, probes.
const PROBES: &[(&str, &str, &[Probe])] = &[
    (
        "en",
        "en",
        &[
            ("1", "can you tell me your name please"),
            ("1", "whats your name"),
            ("1", "tell me who you are"),
            ("2", "i need help"),
            ("2", "what can you do"),
            ("2", "can somebody help me please"),
            ("1000", "i'd like to leave some feedback"),
            ("1000", "can I give you feedback"),
            ("1001", "wether forecst"),
            ("1001", "how is the weather in new york today"),
            ("1001", "weather forecast in Paris?"),
            ("1001", "the weather"),
            ("1002", "I'd like to order two pepperoni pizzas"),
            ("1002", "i want to order a large pizza"),
            ("1002", "get me a pizza"),
            ("", "book a flight to london"),
            ("", "hello there"),
            ("", "asdf qwer"),
            ("", "what is the capital of france"),
            ("", "constructor"),
            ("", "i want"),
            ("", "what"),
            ("", "play some music"),
            ("", "transfer money to my savings account"),
            ("", "what is the time"),
            ("", "how do I reset my password"),
            ("", "good morning"),
            ("", "i want to buy a car"),
            ("", "who won the world cup"),
            ("", "is the shop open on sunday"),
        ],
    ),
    (
        "pt-BR",
        "pt-br",
        &[
            ("1", "pode me dizer o seu nome por favor"),
            ("1001", "previsão do temo"),
            ("1001", "qual a previsão do tempo para São Paulo"),
            ("1002", "eu queria pedir duas pizzas de calabresa"),
            ("1000", "gostaria de deixar um feedback"),
            ("2", "preciso de ajuda"),
            ("", "reserve um voo para londres"),
            ("", "olá"),
            ("", "qual a capital da frança"),
            ("", "asdf qwer"),
            ("", "toque uma música"),
            ("", "quero comprar um carro"),
        ],
    ),
    (
        "es",
        "es",
        &[
            ("1", "me puedes decir tu nombre por favor"),
            ("1001", "pronóstico del tiempo"),
            ("1001", "pronostco del timpo"),
            ("1001", "cómo está el clima en Madrid"),
            ("1002", "quisiera pedir dos pizzas de peperoni"),
            ("1000", "deseo dejar un comentario"),
            ("2", "necesito ayuda"),
            ("", "reserva un vuelo a londres"),
            ("", "hola"),
            ("", "cuál es la capital de francia"),
            ("", "asdf qwer"),
            ("", "pon música"),
            ("", "quiero comprar un coche"),
        ],
    ),
    (
        "fr",
        "fr",
        &[
            ("1", "pouvez-vous me dire votre nom s'il vous plaît"),
            ("1001", "meteo a orleans"),
            ("1001", "comment est la météo à Orléans"),
            ("1001", "prévision météo"),
            ("1002", "j'aimerais commander deux pizzas au pepperoni"),
            ("1000", "je voudrais laisser un commentaire"),
            ("2", "aidez moi"),
            ("", "réserve un vol pour londres"),
            ("", "bonjour"),
            ("", "quelle est la capitale de la france"),
            ("", "asdf qwer"),
            ("", "mets de la musique"),
            ("", "je veux acheter une voiture"),
        ],
    ),
    (
        "de",
        "de",
        &[
            ("1", "können Sie mir bitte sagen wie Sie heißen"),
            ("1001", "wie ist das wetter für München"),
            ("1001", "wettervorhersge"),
            ("1002", "ich würde gern zwei pizzas bestellen"),
            ("1000", "ich will ein feedback hinterlassen"),
            ("2", "ich brauche hilfe"),
            ("", "buche einen flug nach london"),
            ("", "hallo"),
            ("", "was ist die hauptstadt von frankreich"),
            ("", "asdf qwer"),
            ("", "spiel etwas musik"),
            ("", "ich möchte ein auto kaufen"),
        ],
    ),
    (
        "it",
        "it",
        &[
            ("1", "puoi dirmi il tuo nome per favore"),
            ("1001", "previsioni del tmpo"),
            ("1001", "com'è il meteo a Roma"),
            ("1002", "vorrei ordinare due pizze margherita"),
            ("1000", "vorrei lasciare un feedback"),
            ("2", "ho bisogno di aiuto"),
            ("", "prenota un volo per londra"),
            ("", "ciao"),
            ("", "qual è la capitale della francia"),
            ("", "asdf qwer"),
            ("", "metti un po' di musica"),
            ("", "voglio comprare una macchina"),
        ],
    ),
    (
        "ru",
        "ru",
        &[
            ("1", "скажите пожалуйста как вас зовут"),
            ("1001", "прогноз пагоды"),
            ("1001", "какая погода в Москве"),
            ("1002", "я бы хотел заказать две пиццы"),
            ("1000", "хочу оставить отзыв"),
            ("2", "мне нужна помощь"),
            ("", "забронируй рейс в лондон"),
            ("", "привет"),
            ("", "какая столица франции"),
            ("", "asdf qwer"),
            ("", "включи музыку"),
            ("", "я хочу купить машину"),
        ],
    ),
];

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "../shared/data/knowledge".into());
    for (tag, file, probes) in PROBES {
        let text = fs::read_to_string(format!("{folder}/knowledge-{file}.json")).unwrap();
        let brain: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut pairs = Vec::new();
        for item in brain["knowledge"].as_array().unwrap() {
            let id = item["_id"].as_str().map_or_else(|| item["_id"].to_string(), str::to_owned);
            for utterance in item["_intents"].as_array().unwrap() {
                pairs.push((utterance.as_str().unwrap().to_owned(), id.clone()));
            }
        }
        let samples: Vec<Sample<'_>> = pairs.iter().map(|(utterance, intent)| Sample { utterance, intent }).collect();
        let options = Options { language: Some((*tag).to_owned()), ..Options::default() }.check().unwrap();
        let trained = train(&samples, &options, &mut |_| {}).unwrap();
        let own = samples.iter().filter(|s| {
            let found = trained.model.classify(s.utterance);
            found.ranked[0].intent == s.intent && found.confidence.get() >= 0.7
        });
        println!(
            "\n## {tag}: {} of {} own utterances right and accepted; T {:.2}, held-out {:.2}",
            own.count(),
            samples.len(),
            trained.report.temperature,
            trained.report.accuracy
        );
        for (wanted, probe) in *probes {
            let found = trained.model.classify(probe);
            let accepted = found.confidence.get() >= 0.7;
            let good = if wanted.is_empty() { !accepted } else { accepted && found.ranked[0].intent == *wanted };
            println!(
                "{} | {:4} | {probe} | {} {:.2} | confidence {:.3}{}",
                if good { "ok  " } else { "FAIL" },
                if wanted.is_empty() { "–" } else { wanted },
                found.ranked[0].intent,
                found.ranked[0].probability,
                found.confidence.get(),
                if found.exact { " exact" } else { "" },
            );
        }
    }
}
