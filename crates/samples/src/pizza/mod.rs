//! The pizza sample: pizza, size, number, crust, confirmation; then the order is stored. A returning customer may repeat the last order.

pub(crate) mod menu;
mod order;
mod said;

use serde_json::{Map, Value, json};
use tracing::error;

use self::{
    menu::Menu,
    order::{CRUSTS, Order, SIZES},
    said::Waiter,
};
use crate::{
    Moment, PIZZA,
    answers::{cancels, yes_or_no},
    event::Event,
    store::{OrderRecord, Store},
};

// The ids that clients of the first release knew.
const AGAIN: &str = "orderLastPizza";
const TYPE: &str = "pizzaType";
const SIZE: &str = "pizzaSize";
const COUNT: &str = "pizzaCount";
const CRUST: &str = "pizzaCrust";
const CONFIRM: &str = "confirmation";
const FINAL: &str = "finalStep";
const CANCELLED: &str = "cancelOrderFlow";

/// The questions and the `orderStep` that waits for their answer.
const STEPS: [(&str, &str); 6] =
    [(AGAIN, "STEP_1"), (TYPE, "STEP_2"), (SIZE, "STEP_3"), (COUNT, "STEP_4"), (CRUST, "STEP_5"), (CONFIRM, "STEP_6")];
const STEP: &str = "orderStep";
const LAST_STEP: &str = "FINAL_STEP";
/// The order that the customer was offered to repeat.
const OFFERED: &str = "lastOrder";
/// Stands for callers without e-mail and subject; nobody's last order is looked up under it.
const UNKNOWN_CUSTOMER: &str = "unknown";

/// One turn, and what it reads and stores.
pub(crate) async fn handle(store: &Store, event: &Event, moment: Moment) -> Value {
    let phrases = event.language().phrases;
    let (menu, last) = match read(store, event).await {
        Ok(read) => read,
        Err(reason) => {
            error!(%reason, "the menu was not read");
            return Waiter { phrases }.no_menu().end(FINAL, ended());
        }
    };
    let order = match turn(event, &menu, last.as_ref()) {
        Turn::Say(reply) => return reply,
        Turn::Place(order) => order,
    };
    let record = order.record(event.customer().unwrap_or(UNKNOWN_CUSTOMER), phrases, moment.now_ms);
    let waiter = Waiter { phrases };
    let said = match store.put_order(record, event.turn_key(PIZZA, moment)).await {
        Ok(placed) => waiter.placed(&placed),
        Err(reason) => {
            error!(%reason, "an order was not stored");
            waiter.not_saved()
        }
    };
    said.end(FINAL, ended())
}

/// The menu; and the customer's last order, where this turn is about it.
async fn read(store: &Store, event: &Event) -> Result<(Menu, Option<OrderRecord>), crate::store::StoreError> {
    let menu = store.menu().await?;
    let about_last = match asked(event) {
        None => true,
        Some(AGAIN) => event.get(OFFERED).is_none(),
        Some(_) => false,
    };
    let last = match event.customer() {
        Some(customer) if about_last => store.last_order(customer).await?,
        _ => None,
    };
    Ok((menu, last))
}

/// What a turn comes to.
#[derive(Debug, PartialEq)]
enum Turn<'m> {
    Say(Value),
    Place(Order<'m>),
}

/// The id of the question that this event answers; `None` where a dialog begins.
fn asked(event: &Event) -> Option<&'static str> {
    let step = event.get(STEP)?.as_str()?;
    STEPS.iter().find(|(_, name)| *name == step).map(|(id, _)| *id)
}

fn turn<'m>(event: &Event, menu: &'m Menu, last: Option<&OrderRecord>) -> Turn<'m> {
    let phrases = event.language().phrases;
    let waiter = Waiter { phrases };
    let Some(asked) = asked(event) else {
        return Turn::Say(begin(&waiter, menu, last));
    };
    if cancels(&event.answer(asked), &phrases.words) {
        return Turn::Say(waiter.cancelled().end(CANCELLED, ended()));
    }
    match asked {
        AGAIN => again(event, &waiter, menu, last),
        _ => next(event, &waiter, menu, asked),
    }
}

fn begin(waiter: &Waiter, menu: &Menu, last: Option<&OrderRecord>) -> Value {
    let Some(record) = last else {
        return waiter.welcome().then(waiter.menu(menu)).ask(TYPE, Draft::default().payload(TYPE));
    };
    match Order::of_record(record, menu) {
        Some(order) => waiter.last_order(&order).ask(AGAIN, offering(&order)),
        None => {
            let gone = waiter.last_order_gone(menu, record);
            gone.then(waiter.menu(menu)).ask(TYPE, Draft::default().payload(TYPE))
        }
    }
}

fn again<'m>(event: &Event, waiter: &Waiter, menu: &'m Menu, last: Option<&OrderRecord>) -> Turn<'m> {
    let offered = match event.get(OFFERED) {
        Some(state) => Order::of_state(state, menu),
        None => last.and_then(|record| Order::of_record(record, menu)),
    };
    let Some(order) = offered else {
        return Turn::Say(waiter.menu(menu).ask(TYPE, Draft::default().payload(TYPE)));
    };
    match yes_or_no(&event.answer(AGAIN), &waiter.phrases.words) {
        Some(true) => Turn::Place(order),
        Some(false) => Turn::Say(waiter.menu(menu).ask(TYPE, Draft::default().payload(TYPE))),
        None => Turn::Say(waiter.not_yes_or_no().ask(AGAIN, offering(&order))),
    }
}

/// Asks for whatever is missing first: the answer just given where it was not understood, an earlier one where the menu or the language has
/// changed meanwhile, the next one otherwise.
fn next<'m>(event: &Event, waiter: &Waiter, menu: &'m Menu, asked: &str) -> Turn<'m> {
    let draft = Draft::read(event, menu, asked);
    let Some(order) = draft.order() else {
        let missing = draft.missing();
        let question = waiter.question(missing, menu, draft.item, missing == asked);
        return Turn::Say(question.ask(missing, draft.payload(missing)));
    };
    let confirmed = (asked == CONFIRM).then(|| yes_or_no(&event.answer(CONFIRM), &waiter.phrases.words));
    match confirmed {
        Some(Some(true)) => Turn::Place(order),
        Some(Some(false)) => Turn::Say(waiter.declined().end(FINAL, ended())),
        Some(None) => Turn::Say(waiter.not_yes_or_no().ask(CONFIRM, draft.payload(CONFIRM))),
        None => Turn::Say(waiter.confirm(&order).ask(CONFIRM, draft.payload(CONFIRM))),
    }
}

/// What has been chosen so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Draft<'m> {
    item: Option<&'m menu::MenuItem>,
    size: Option<usize>,
    count: Option<u32>,
    crust: Option<usize>,
}

impl<'m> Draft<'m> {
    /// The answers up to the one just given.
    fn read(event: &Event, menu: &'m Menu, asked: &str) -> Self {
        let phrases = event.language().phrases;
        let last = STEPS.iter().position(|(id, _)| *id == asked).unwrap_or_default();
        let answer = |id: &str| {
            let known = STEPS[..=last].iter().any(|(step, _)| *step == id);
            if known { event.answer(id) } else { String::new() }
        };
        Self {
            item: order::pizza(&answer(TYPE), menu, phrases),
            size: order::size(&answer(SIZE), phrases),
            count: order::pizzas(&answer(COUNT), phrases),
            crust: order::crust(&answer(CRUST), phrases),
        }
    }

    fn order(&self) -> Option<Order<'m>> {
        Some(Order { item: self.item?, size: self.size?, count: self.count?, crust: self.crust? })
    }

    fn missing(&self) -> &'static str {
        match self {
            Self { item: None, .. } => TYPE,
            Self { size: None, .. } => SIZE,
            Self { count: None, .. } => COUNT,
            _ => CRUST,
        }
    }

    /// The state that comes back with the answer to `asking`: the step, and the choices in the shape that answers come in.
    fn payload(&self, asking: &str) -> Map<String, Value> {
        let step = STEPS.iter().find(|(id, _)| *id == asking).map(|(_, step)| *step);
        let chosen = [
            (TYPE, self.item.map(|item| item.key.clone())),
            (SIZE, self.size.map(|size| SIZES[size].to_owned())),
            (COUNT, self.count.map(|count| count.to_string())),
            (CRUST, self.crust.map(|crust| CRUSTS[crust].to_owned())),
        ];
        let mut payload = Map::from_iter([(STEP.to_owned(), json!(step))]);
        for (id, value) in chosen {
            if let Some(value) = value {
                payload.insert(id.to_owned(), json!({"response": value}));
            }
        }
        payload
    }
}

fn offering(order: &Order<'_>) -> Map<String, Value> {
    Map::from_iter([(STEP.to_owned(), json!("STEP_1")), (OFFERED.to_owned(), order.state())])
}

fn ended() -> Map<String, Value> {
    Map::from_iter([(STEP.to_owned(), json!(LAST_STEP))])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
