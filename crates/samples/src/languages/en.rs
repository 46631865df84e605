//! English.

use super::{Feedback, Phrases, Pizza, Weather, Words, any};

pub(super) const PHRASES: Phrases = Phrases {
    tag: "en-US",
    money: "${amount}",
    decimal: '.',
    or: "or",
    words: WORDS,
    weather: WEATHER,
    feedback: FEEDBACK,
    pizza: PIZZA,
};

const WORDS: Words = Words {
    yes: any(
        "yes, y, yeah, yep, yup, sure, ok, okay, of course, certainly, absolutely, definitely, correct, right, that's \
         right, all right, alright, please do, go ahead, do it, why not, fine, sounds good, confirm, confirmed, the \
         same, same again",
    ),
    no: any("no, n, nope, nah, not, don't, do not, never, no way, no thanks, no thank you, not really, wrong"),
    cancel: any(
        "cancel, cancel it, cancel that, cancelled, stop, quit, exit, abort, forget it, forget about it, never mind, \
         nevermind, i changed my mind",
    ),
    negations: any("no, not, don't, do not, never, none, without, nothing"),
    fillers: any("please, thanks, the, option, number, size, pizza, choice"),
    sizes: [
        any("small, s, little, smallest, the small one, mini"),
        any("medium, m, regular, middle, mid, normal, average"),
        any("large, l, big, larger"),
        any("extra-large, extra large, xl, x-large, huge, biggest, largest, very large, giant"),
    ],
    crusts: [any("thin, thinner, thin crust"), any("thick, thicker, thick crust, deep pan")],
    pizzas: [
        any("greece, feta, the greek one"),
        any("new yorker, ny, nyc, new-york style"),
        any("veggie, veggies, vegetable, vegetables, vegetarian"),
    ],
    ordinals: [any("first, 1st"), any("second, 2nd"), any("third, 3rd"), any("fourth, 4th")],
    numbers: [
        any("one, a single"),
        any("two, a couple, a pair"),
        any("three"),
        any("four"),
        any("five"),
        any("six"),
        any("seven"),
        any("eight"),
        any("nine"),
        any("ten"),
        any("eleven"),
        any("twelve"),
        any("thirteen"),
        any("fourteen"),
        any("fifteen"),
        any("sixteen"),
        any("seventeen"),
        any("eighteen"),
        any("nineteen"),
        any("twenty"),
    ],
    dozens: [any("half a dozen, half dozen"), any("a dozen, one dozen, dozen")],
    not_whole: any(
        "zero, half, quarter, point, minus, negative, dozens, thirty, forty, fifty, sixty, seventy, eighty, ninety, \
         hundred, hundreds, thousand, million, billion",
    ),
    before_name: any(
        "my name is, my first name is, my last name is, my surname is, my family name is, the name is, name is, i am, \
         i'm, it is, it's, this is, call me, you can call me",
    ),
};

const WEATHER: Weather = Weather {
    today: "{city} today: a low of {min} and a high of {max}. These are sample figures, as no weather service is connected.",
    ask_city: "Which city would you like the forecast for?",
    unknown_city: "I could not find a city called “{city}”. Which city do you mean?",
};

const FEEDBACK: Feedback = Feedback {
    ask_first: "We would love to hear what you think. First of all, what is your first name?",
    ask_first_again: "Please tell me your first name, in {limit} characters at most.",
    ask_last: "Nice to meet you, {first}. And what is your last name?",
    ask_last_again: "Please tell me your last name, in {limit} characters at most.",
    ask_feedback: "Thank you, {first} {last}. What would you like to tell us? There is room for {limit} characters.",
    ask_feedback_again: "I have not received any text yet. What would you like to tell us, in {limit} characters at most?",
    too_long: "That is {length} characters, and there is only room for {limit}. Could you put it more briefly? You have one more try.",
    gave_up: "I am afraid that is still too long, so nothing was saved. You are welcome to come back with a shorter text.",
    saved: "Thank you, {first}! Your feedback is saved.",
    not_saved: "Sorry, {first}, I could not save your feedback. Please try again in a little while.",
    cancelled: "All right, I will stop here. Nothing was saved.",
};

const PIZZA: Pizza = Pizza {
    menu: [
        ("Greek", "feta, spinach and olives"),
        ("New York", "tomato sauce and mozzarella"),
        ("Vegetarian", "black olives, peppers, tomatoes and mushrooms"),
    ],
    sizes: ["Small", "Medium", "Large", "Extra-large"],
    crusts: ["Thin", "Thick"],
    with_crust: ["thin crust", "thick crust"],
    yes_no: ["Yes", "No"],
    welcome: "Welcome to our pizzeria! Say “{cancel}” whenever you want to stop.",
    last_order: "Last time you ordered {order}. Would you like the same again, for {bill}?",
    last_order_gone: "I cannot repeat your last order, as “{pizza}” is not on the menu now.",
    ask_pizza: "Which pizza would you like?",
    not_a_pizza: "I cannot find that on the menu. You can choose {options}.",
    ask_size: "What size would you like: {options}?",
    not_a_size: "We do not have that size. You can choose {options}.",
    ask_count: "How many pizzas would you like? Any whole number from 1 to 100.",
    not_a_count: "Please give me a whole number from 1 to 100. How many pizzas would you like?",
    ask_crust: "What kind of crust would you like: {options}?",
    not_a_crust: "We do not have that crust. You can choose {options}.",
    confirm: "Your order: {order}. That comes to {bill}, including 13% tax. Shall I place the order?",
    not_yes_or_no: "Please answer “{yes}” or “{no}”.",
    placed: "Done! Your order number is {number} and the total is {bill}. Enjoy your pizza!",
    declined: "All right, the order has not been placed.",
    cancelled: "Your order is cancelled. Come back whenever you are hungry.",
    not_saved: "Sorry, I could not save your order. Please try again in a little while.",
    no_menu: "Sorry, I cannot get hold of the menu right now. Please try again in a little while.",
};
