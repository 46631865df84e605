//! What the pizza sample says.

use super::{
    COUNT, CRUST, SIZE,
    menu::{Menu, MenuItem},
    order::{CRUSTS, Order, SIZES},
};
use crate::{
    languages::{Alternatives, Phrases},
    reply::{Button, Said, say},
    store::OrderRecord,
    text::{escape, spoken},
};

/// Speaks one language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waiter {
    pub(super) phrases: &'static Phrases,
}

impl Waiter {
    pub(super) fn welcome(&self) -> Said {
        say(self.phrases.pizza.welcome, &[("cancel", self.phrases.words.cancel.first())])
    }

    /// The menu, and the question what it shall be.
    pub(super) fn menu(&self, menu: &Menu) -> Said {
        let ask = say(self.phrases.pizza.ask_pizza, &[]);
        let (mut text, mut speech) = (Vec::new(), Vec::new());
        for item in &menu.items {
            let (title, toppings) = (item.title(self.phrases), item.toppings(self.phrases));
            let prices = format!("{} – {}", self.money(item.cents[0]), self.money(item.cents[3]));
            text.push(format!("<b>{}</b> – {} ({})", escape(title), escape(toppings), escape(&prices)));
            speech.push(format!("{}: {}.", spoken(title), spoken(toppings)));
        }
        let listed = Said { text: text.join("<br/>"), speech: speech.join(" ") };
        listed.then(ask).with_buttons(&self.pizza_buttons(menu))
    }

    pub(super) fn last_order(&self, order: &Order<'_>) -> Said {
        let values = [("order", &*self.summary(order)), ("bill", &self.money(order.bill()))];
        say(self.phrases.pizza.last_order, &values).with_buttons(&self.yes_no())
    }

    /// The last order is not on the menu any more, or is a record of the first release, which holds titles.
    pub(super) fn last_order_gone(&self, menu: &Menu, record: &OrderRecord) -> Said {
        let pizza = menu.find(&record.pizza_type).map(|item| item.title(self.phrases));
        say(self.phrases.pizza.last_order_gone, &[("pizza", pizza.unwrap_or(&record.pizza_type))])
    }

    /// The question for `id`; `again` where the answer to it was not understood.
    pub(super) fn question(&self, id: &str, menu: &Menu, item: Option<&MenuItem>, again: bool) -> Said {
        let said = &self.phrases.pizza;
        let words = &self.phrases.words;
        match id {
            SIZE => {
                let ask = if again { said.not_a_size } else { said.ask_size };
                self.one_of(ask, &words.sizes.map(Alternatives::first), &self.size_buttons(item))
            }
            COUNT => say(if again { said.not_a_count } else { said.ask_count }, &[]),
            CRUST => {
                let ask = if again { said.not_a_crust } else { said.ask_crust };
                let buttons: Vec<_> =
                    (0..CRUSTS.len()).map(|at| button(words.crusts[at].first(), said.crusts[at])).collect();
                self.one_of(ask, &words.crusts.map(Alternatives::first), &buttons)
            }
            _ if again => {
                let titles: Vec<&str> = menu.items.iter().map(|item| item.title(self.phrases)).collect();
                self.one_of(said.not_a_pizza, &titles, &self.pizza_buttons(menu))
            }
            _ => self.menu(menu),
        }
    }

    pub(super) fn confirm(&self, order: &Order<'_>) -> Said {
        let values = [("order", &*self.summary(order)), ("bill", &self.money(order.bill()))];
        say(self.phrases.pizza.confirm, &values).with_buttons(&self.yes_no())
    }

    pub(super) fn not_yes_or_no(&self) -> Said {
        let [yes, no] = self.phrases.pizza.yes_no.map(str::to_lowercase);
        say(self.phrases.pizza.not_yes_or_no, &[("yes", &yes), ("no", &no)]).with_buttons(&self.yes_no())
    }

    pub(super) fn placed(&self, order: &OrderRecord) -> Said {
        let bill = order.order_total_bill.replace('.', &self.phrases.decimal.to_string());
        let bill = self.phrases.money.replace("{amount}", &bill);
        say(self.phrases.pizza.placed, &[("number", &order.order_id), ("bill", &bill)])
    }

    pub(super) fn declined(&self) -> Said {
        say(self.phrases.pizza.declined, &[])
    }

    pub(super) fn cancelled(&self) -> Said {
        say(self.phrases.pizza.cancelled, &[])
    }

    pub(super) fn not_saved(&self) -> Said {
        say(self.phrases.pizza.not_saved, &[])
    }

    pub(super) fn no_menu(&self) -> Said {
        say(self.phrases.pizza.no_menu, &[])
    }

    /// A question with its choices: named in the sentence, and as buttons.
    fn one_of(&self, template: &str, choices: &[&str], buttons: &[Button]) -> Said {
        let options = match choices {
            [] => String::new(),
            [only] => (*only).to_owned(),
            [first @ .., last] => format!("{} {} {last}", first.join(", "), self.phrases.or),
        };
        say(template, &[("options", &options)]).with_buttons(buttons)
    }

    /// "2 × Greek, large, thin crust".
    fn summary(&self, order: &Order<'_>) -> String {
        let Order { item, size, count, crust } = order;
        let said = &self.phrases.pizza;
        let size = self.phrases.words.sizes[*size].first();
        format!("{count} × {}, {size}, {}", item.title(self.phrases), said.with_crust[*crust])
    }

    fn money(&self, cents: u64) -> String {
        let amount = format!("{}{}{:02}", cents / 100, self.phrases.decimal, cents % 100);
        self.phrases.money.replace("{amount}", &amount)
    }

    fn yes_no(&self) -> [Button; 2] {
        let words = &self.phrases.words;
        let [yes, no] = self.phrases.pizza.yes_no;
        [button(words.yes.first(), yes), button(words.no.first(), no)]
    }

    fn pizza_buttons(&self, menu: &Menu) -> Vec<Button> {
        let titles = menu.items.iter().map(|item| item.title(self.phrases));
        titles.map(|title| button(title, title)).collect()
    }

    fn size_buttons(&self, item: Option<&MenuItem>) -> Vec<Button> {
        let label = |at: usize| match item {
            Some(item) => format!("{} · {}", self.phrases.pizza.sizes[at], self.money(item.cents[at])),
            None => self.phrases.pizza.sizes[at].to_owned(),
        };
        (0..SIZES.len()).map(|at| button(self.phrases.words.sizes[at].first(), &label(at))).collect()
    }
}

fn button(value: &str, label: &str) -> Button {
    Button { value: value.to_owned(), label: label.to_owned() }
}
