//! The weather sample: `{city}` in, a sentence out.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::{
    event::Event,
    languages::Language,
    reply::{Said, say},
    text::{fold, shortened},
};

const CITY: &str = "city";
/// Longer than any city's name; more is cut off.
const LONGEST_CITY: usize = 100;

/// One turn: the forecast, or the question for the city where the event holds none.
pub(crate) fn turn(event: &Event, day: u64) -> Value {
    let phrases = &event.language().phrases.weather;
    let city = shortened(&event.answer(CITY), LONGEST_CITY);
    if city.is_empty() {
        return say(phrases.ask_city, &[]).ask(CITY, Map::new());
    }
    if !city.chars().any(char::is_alphabetic) {
        return say(phrases.unknown_city, &[(CITY, &city)]).ask(CITY, Map::new());
    }
    today(&city, day, event.language()).answer()
}

fn today(city: &str, day: u64, language: &Language) -> Said {
    let (min, max) = celsius(city, day);
    let degrees = |celsius: i32| match language.fahrenheit {
        true => format!("{}\u{a0}°F", fahrenheit(celsius)),
        false => format!("{celsius}\u{a0}°C"),
    };
    let values = [(CITY, city), ("min", &degrees(min)), ("max", &degrees(max))];
    say(language.phrases.weather.today, &values)
}

/// Sample figures: the same for a city all day long, however it is written; the minimum is at least 3 °C below the maximum.
fn celsius(city: &str, day: u64) -> (i32, i32) {
    let hash = Sha256::digest(format!("{}\n{day}", fold(city)));
    let min = i32::from(hash[0] % 24) + 2;
    (min, min + 3 + i32::from(hash[1] % 8))
}

/// To the nearest degree.
fn fahrenheit(celsius: i32) -> i32 {
    (f64::from(celsius) * 1.8 + 32.0).round() as i32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_minimum_is_below_the_maximum_in_both_units(city in ".{0,40}", day: u64) {
            let (min, max) = celsius(&city, day);
            prop_assert!(min < max && fahrenheit(min) < fahrenheit(max));
            prop_assert!((2..=35).contains(&min) && max <= 36);
        }
    }

    #[test]
    fn a_city_has_the_same_weather_all_day_however_it_is_written() {
        assert_eq!(celsius("São Paulo", 20_000), celsius("sao  paulo", 20_000));
        assert!((0..10).any(|day| celsius("Oslo", day) != celsius("Oslo", day + 1)));
        assert!(["Oslo", "Roma", "Lyon"].iter().any(|city| celsius(city, 7) != celsius("Kyiv", 7)));
    }

    #[test]
    fn water_freezes_at_32_and_boils_at_212() {
        assert_eq!([fahrenheit(0), fahrenheit(100), fahrenheit(21)], [32, 212, 70]);
    }
}
