//! The menu: pizzas under language-independent keys, with titles in each language and four prices.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    languages::{self, Phrases},
    text::fold,
};

/// The menu's key in its table.
pub(crate) const MENU_ID: &str = "main_menu_1";

/// The keys of the built-in pizzas, in the order of the languages' lists.
const BUILT_IN: [&str; 3] = ["greek", "new-york", "vegetarian"];
/// Dollars, small to extra large.
const PRICES: [[f64; 4]; 3] = [[10.0, 13.0, 16.0, 19.0], [11.0, 13.0, 17.0, 20.0], [9.0, 12.0, 15.0, 18.0]];
const HIGHEST_PRICE: f64 = 10_000.0;

/// What can be ordered; at least one pizza.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Menu {
    pub(crate) items: Vec<MenuItem>,
}

/// A pizza.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MenuItem {
    /// The same in every language: what orders are stored under.
    pub(crate) key: String,
    titles: Texts,
    toppings: Texts,
    /// Small to extra large.
    pub(crate) cents: [u64; 4],
}

/// The menu as its table holds it. The first release wrote `T` and `D` in one language and no `K`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct MenuRecord {
    #[serde(rename = "menuId")]
    menu_id: String,
    #[serde(rename = "menuItems")]
    items: Vec<ItemRecord>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct ItemRecord {
    #[serde(rename = "K", default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(rename = "T")]
    titles: Texts,
    #[serde(rename = "D")]
    toppings: Texts,
    #[serde(rename = "P")]
    prices: Vec<f64>,
}

/// A text in one language, or in several by their primary tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Texts {
    One(String),
    Many(BTreeMap<String, String>),
}

impl Menu {
    /// Three pizzas, in every language of the samples.
    pub(crate) fn built_in() -> Self {
        let item = |(at, key): (usize, &&str)| MenuItem {
            key: (*key).to_owned(),
            titles: Texts::in_each(|phrases| phrases.pizza.menu[at].0),
            toppings: Texts::in_each(|phrases| phrases.pizza.menu[at].1),
            cents: PRICES[at].map(|dollars| cents(dollars).unwrap_or_default()),
        };
        Self { items: BUILT_IN.iter().enumerate().map(item).collect() }
    }

    /// The menu of a record; pizzas without four prices are left out. `None` where none remains.
    pub(crate) fn from_record(record: MenuRecord) -> Option<Self> {
        let items: Vec<_> = record.items.into_iter().filter_map(MenuItem::from_record).collect();
        (!items.is_empty()).then_some(Self { items })
    }

    pub(crate) fn to_record(&self) -> MenuRecord {
        let item = |item: &MenuItem| ItemRecord {
            key: Some(item.key.clone()),
            titles: item.titles.clone(),
            toppings: item.toppings.clone(),
            prices: item.cents.iter().map(|cents| *cents as f64 / 100.0).collect(),
        };
        MenuRecord { menu_id: MENU_ID.to_owned(), items: self.items.iter().map(item).collect() }
    }

    /// The pizza with this key.
    pub(crate) fn find(&self, key: &str) -> Option<&MenuItem> {
        self.items.iter().find(|item| item.key == key)
    }
}

impl MenuItem {
    fn from_record(record: ItemRecord) -> Option<Self> {
        let cents: Vec<u64> = record.prices.into_iter().filter_map(cents).collect();
        let key = record.key.unwrap_or_else(|| key_of(record.titles.best("en")));
        Some(Self { key, titles: record.titles, toppings: record.toppings, cents: cents.try_into().ok()? })
    }

    /// Its title in a language, else in English, else in whichever there is.
    pub(crate) fn title(&self, phrases: &Phrases) -> &str {
        let title = self.titles.best(phrases.primary());
        if title.is_empty() { &self.key } else { title }
    }

    /// What is on it; may be empty.
    pub(crate) fn toppings(&self, phrases: &Phrases) -> &str {
        self.toppings.best(phrases.primary())
    }

    /// Everything it is called: its key, its titles, and what else people say in this language.
    pub(crate) fn names(&self, phrases: &Phrases) -> Vec<String> {
        let mut names = vec![self.key.clone()];
        names.extend(self.titles.all().map(str::to_owned));
        let built_in = BUILT_IN.iter().position(|key| *key == self.key);
        names.extend(built_in.into_iter().flat_map(|at| phrases.words.pizzas[at].iter()).map(str::to_owned));
        names
    }
}

impl Texts {
    fn in_each(text: impl Fn(&Phrases) -> &'static str) -> Self {
        let each = languages::ALL.iter().map(|phrases| (phrases.primary().to_owned(), text(phrases).to_owned()));
        Self::Many(each.collect())
    }

    fn best(&self, primary: &str) -> &str {
        match self {
            Self::One(text) => text,
            Self::Many(texts) => {
                let text = texts.get(primary).or_else(|| texts.get("en")).or_else(|| texts.values().next());
                text.map(String::as_str).unwrap_or_default()
            }
        }
    }

    fn all(&self) -> impl Iterator<Item = &str> {
        let (one, many) = match self {
            Self::One(text) => (Some(text.as_str()), None),
            Self::Many(texts) => (None, Some(texts.values().map(String::as_str))),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }
}

/// The key of a pizza that has only a title: the built-in one with that title in any language, else the title's words.
fn key_of(title: &str) -> String {
    let title = fold(title);
    let is_called = |at: &usize| languages::ALL.iter().any(|phrases| fold(phrases.pizza.menu[*at].0) == title);
    match (0..BUILT_IN.len()).find(is_called) {
        Some(at) => BUILT_IN[at].to_owned(),
        None => title.replace(' ', "-"),
    }
}

/// Dollars as cents; `None` where they are no price.
fn cents(dollars: f64) -> Option<u64> {
    (dollars > 0.0 && dollars <= HIGHEST_PRICE).then(|| (dollars * 100.0).round() as u64)
}
