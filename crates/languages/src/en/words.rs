//! Words of English that mean the same in every bot.

pub(super) const FUNCTION_WORDS: &str = "a an the i me my mine we us our ours you your yours u ur he him his she her \
    hers it its they them their theirs this that these those there here who whom whose what whats what's which when \
    where why how hows how's am is are was were be been being do does did doing done have has had having can could \
    will would shall should may might must to of in on at by for from with about into over under up down out off and \
    or but if so than then as not no nor too very just also i'm im i'd id i'll i've ive you're you'd you'll you've \
    he's she's it's we're we'd we'll we've they're that's there's who's where's don't dont doesn't didn't isn't \
    aren't wasn't can't cant couldn't won't wouldn't please thanks thank let let's lets some any all each other such \
    only again s t d ll re ve m gonna wanna ok okay hey hi yes";

pub(super) const COORDINATORS: &str = "and also then plus but n";

pub(super) const CANCEL: &[&str] = &[
    "cancel",
    "cancel it",
    "cancel that",
    "stop",
    "quit",
    "exit",
    "abort",
    "never mind",
    "nevermind",
    "forget it",
    "cancel this",
    "i want to cancel",
    "i would like to cancel",
    "i want to stop",
    "can you cancel",
    "stop it",
    "stop this",
    "forget about it",
    "i changed my mind",
    "i do not want it anymore",
    "i don't want it anymore",
    "i don't want this anymore",
];

pub(super) const SKIP: &[&str] = &[
    "whatever",
    "skip",
    "skip it",
    "anything",
    "any",
    "doesn't matter",
    "it doesn't matter",
    "I don't mind",
    "I don't care",
    "don't care",
    "no preference",
    "you choose",
];

pub(super) const COURTESY: &[&str] = &["please", "thanks", "thank you", "ok", "okay"];
