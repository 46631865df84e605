//! What somebody orders, under language-independent keys, and what it costs.

use serde_json::{Value, json};

use super::menu::{Menu, MenuItem};
use crate::{
    answers::{choose, owned},
    languages::{Alternatives, Phrases},
    numbers::count,
    store::OrderRecord,
};

/// The keys of sizes, small to extra large.
pub(super) const SIZES: [&str; 4] = ["small", "medium", "large", "extra-large"];
/// The keys of crusts.
pub(super) const CRUSTS: [&str; 2] = ["thin", "thick"];

/// An order that can be placed: the pizza is on the menu, the count is from 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order<'m> {
    pub(super) item: &'m MenuItem,
    /// In [`SIZES`].
    pub(super) size: usize,
    pub(super) count: u32,
    /// In [`CRUSTS`].
    pub(super) crust: usize,
}

impl<'m> Order<'m> {
    /// An order stored before, if its keys still mean something.
    pub(super) fn of_record(record: &OrderRecord, menu: &'m Menu) -> Option<Self> {
        let count = record.pizza_count.parse().ok()?;
        Self::of_keys(menu, &record.pizza_type, &record.pizza_size, count, &record.pizza_crust)
    }

    /// An order that a dialog echoes, see [`Order::state`].
    pub(super) fn of_state(state: &Value, menu: &'m Menu) -> Option<Self> {
        let key = |name: &str| state.get(name)?.as_str();
        let count = u32::try_from(state.get("count")?.as_u64()?).ok()?;
        Self::of_keys(menu, key("pizza")?, key("size")?, count, key("crust")?)
    }

    fn of_keys(menu: &'m Menu, pizza: &str, size: &str, count: u32, crust: &str) -> Option<Self> {
        Some(Self {
            item: menu.find(pizza)?,
            size: SIZES.iter().position(|key| *key == size)?,
            count: Some(count).filter(|count| (1..=100).contains(count))?,
            crust: CRUSTS.iter().position(|key| *key == crust)?,
        })
    }

    /// The order as a dialog keeps it between turns.
    pub(super) fn state(&self) -> Value {
        let Self { item, size, count, crust } = self;
        json!({"pizza": item.key, "size": SIZES[*size], "count": count, "crust": CRUSTS[*crust]})
    }

    /// What it costs with 13 % tax, in cents, half a cent rounded up.
    pub(super) fn bill(&self) -> u64 {
        (self.item.cents[self.size] * u64::from(self.count) * 113 + 50) / 100
    }

    /// The record to store, without its number.
    pub(super) fn record(&self, customer: &str, phrases: &Phrases, now_ms: u64) -> OrderRecord {
        let bill = self.bill();
        OrderRecord {
            order_timestamp: now_ms,
            customer_id: customer.to_owned(),
            bot_language: phrases.tag.to_owned(),
            pizza_type: self.item.key.clone(),
            pizza_size: SIZES[self.size].to_owned(),
            pizza_count: self.count.to_string(),
            pizza_crust: CRUSTS[self.crust].to_owned(),
            order_total_bill: format!("{}.{:02}", bill / 100, bill % 100),
            ..OrderRecord::default()
        }
    }
}

/// The pizza that an answer means.
pub(super) fn pizza<'m>(answer: &str, menu: &'m Menu, phrases: &Phrases) -> Option<&'m MenuItem> {
    let names: Vec<_> = menu.items.iter().map(|item| item.names(phrases)).collect();
    menu.items.get(choose(answer, &names, &phrases.words)?)
}

/// The size that an answer means.
pub(super) fn size(answer: &str, phrases: &Phrases) -> Option<usize> {
    choose(answer, &named(&SIZES, &phrases.words.sizes), &phrases.words)
}

/// The crust that an answer means.
pub(super) fn crust(answer: &str, phrases: &Phrases) -> Option<usize> {
    choose(answer, &named(&CRUSTS, &phrases.words.crusts), &phrases.words)
}

/// The number of pizzas that an answer means.
pub(super) fn pizzas(answer: &str, phrases: &Phrases) -> Option<u32> {
    count(answer, &phrases.words)
}

/// Words with their key, which is understood in every language: it is how the dialog echoes what was understood.
fn named(keys: &[&str], words: &[Alternatives]) -> Vec<Vec<String>> {
    let with_key = |(key, words): (&&str, &Alternatives)| [vec![(*key).to_owned()], owned(*words)].concat();
    keys.iter().zip(words).map(with_key).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_bill_is_price_times_count_times_tax_to_the_nearest_cent(price in 1_u64..=1_000_000, count in 1_u32..=100) {
            let mut menu = Menu::built_in();
            menu.items[0].cents = [price; 4];
            let bill = Order { item: &menu.items[0], size: 0, count, crust: 0 }.bill();
            let exact = u128::from(price) * u128::from(count) * 113;
            prop_assert!(exact.abs_diff(u128::from(bill) * 100) <= 50);
        }
    }

    #[test]
    fn half_a_cent_rounds_up() {
        let mut menu = Menu::built_in();
        menu.items[0].cents = [50; 4]; // 50 × 1.13 = 56.5
        assert_eq!(Order { item: &menu.items[0], size: 3, count: 1, crust: 0 }.bill(), 57);
    }

    #[test]
    fn an_echoed_order_is_checked_again() {
        let menu = Menu::built_in();
        let good = json!({"pizza": "greek", "size": "large", "count": 2, "crust": "thin"});
        assert_eq!(Order::of_state(&good, &menu).map(|order| order.state()), Some(good.clone()));
        for (name, wrong) in [
            ("pizza", json!("tuna")),
            ("size", json!("Large")),
            ("count", json!(0)),
            ("count", json!(0.5)),
            ("count", json!(4_294_967_298_u64)),
            ("crust", json!(null)),
        ] {
            let mut state = good.clone();
            state[name] = wrong;
            assert_eq!(Order::of_state(&state, &menu), None, "{state}");
        }
    }
}
