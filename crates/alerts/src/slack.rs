//! An alarm as a message of Slack's incoming webhooks.
//!
//! Formats: "Notifying users on alarm changes" in the Amazon CloudWatch user guide; "Blocks" and "Formatting text for app surfaces" in
//! Slack's documentation.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Value, json};

/// Characters of a header block and of a section at most (Slack takes 150 and 3,000).
const HEADER_LIMIT: usize = 140;
const SECTION_LIMIT: usize = 2500;

/// What CloudWatch says of an alarm, as far as it is passed on.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Alarm {
    alarm_name: String,
    new_state_value: String,
    #[serde(default)]
    alarm_description: Option<String>,
    #[serde(default)]
    new_state_reason: Option<String>,
    #[serde(default)]
    state_change_time: Option<String>,
    #[serde(default)]
    alarm_arn: Option<String>,
}

/// The message for Slack: of an alarm, what, why, when and where to look; of anything else, its text.
pub fn message(subject: Option<&str>, message: &str) -> Value {
    match serde_json::from_str::<Alarm>(message) {
        Ok(alarm) => of_alarm(&alarm),
        Err(_) => of_text(subject.unwrap_or("A message"), message),
    }
}

fn of_alarm(alarm: &Alarm) -> Value {
    let (sign, state) = match alarm.new_state_value.as_str() {
        "ALARM" => (":red_circle:", "Alarm"),
        "OK" => (":large_green_circle:", "All right again"),
        _ => (":white_circle:", "Not enough data"),
    };
    let title = shortened(&format!("{state}: {}", alarm.alarm_name), HEADER_LIMIT);
    let mut blocks = vec![header(&format!("{sign} {title}"))];
    for text in [&alarm.alarm_description, &alarm.new_state_reason].into_iter().flatten() {
        blocks.extend(section(text));
    }
    let place = alarm.alarm_arn.as_deref().and_then(|arn| link(arn, &alarm.alarm_name));
    let context: Vec<String> = alarm.state_change_time.as_deref().map(escaped).into_iter().chain(place).collect();
    if !context.is_empty() {
        let text = json!({ "type": "mrkdwn", "text": context.join(" · ") });
        blocks.push(json!({ "type": "context", "elements": [text] }));
    }
    json!({ "text": escaped(&title), "blocks": blocks })
}

fn of_text(title: &str, text: &str) -> Value {
    let title = shortened(title, HEADER_LIMIT);
    let blocks: Vec<Value> = std::iter::once(header(&title)).chain(section(text)).collect();
    json!({ "text": escaped(&title), "blocks": blocks })
}

/// Plain text: nothing in it is markup but names of emoji.
fn header(text: &str) -> Value {
    json!({ "type": "header", "text": { "type": "plain_text", "text": text, "emoji": true } })
}

/// Slack refuses an empty one.
fn section(text: &str) -> Option<Value> {
    let text = escaped(&shortened(text.trim(), SECTION_LIMIT));
    (!text.is_empty()).then(|| json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } }))
}

/// The alarm's page in the console.
fn link(arn: &str, name: &str) -> Option<String> {
    let region = arn.split(':').nth(3).filter(|region| !region.is_empty())?;
    let region = utf8_percent_encode(region, NON_ALPHANUMERIC).to_string().replace("%2D", "-");
    let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
    let page = format!("https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#alarmsV2:alarm/{name}");
    Some(format!("<{page}|CloudWatch>"))
}

/// The three characters that Slack's markup is made of.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn shortened(text: &str, limit: usize) -> String {
    let mut characters = text.chars();
    let mut short: String = characters.by_ref().take(limit).collect();
    if characters.next().is_some() {
        short.push('…');
    }
    if short.is_empty() { "–".to_owned() } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alarm(state: &str) -> String {
        json!({
            "AlarmName": "shop-MissRateAlarm-1A2B",
            "AlarmDescription": "Of a hundred messages <30> & more.",
            "AWSAccountId": "123456789012",
            "NewStateValue": state,
            "NewStateReason": "Threshold Crossed: 1 datapoint [42.0 (21/11/26 06:00:00)] was greater than the threshold (30.0).",
            "StateChangeTime": "2026-11-21T06:01:02.345+0000",
            "Region": "EU (Ireland)",
            "AlarmArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:shop-MissRateAlarm-1A2B",
            "OldStateValue": "OK",
            "Trigger": { "Period": 300, "EvaluationPeriods": 3, "Metrics": [{ "Id": "rate", "Expression": "100 * misses / turns" }] }
        })
        .to_string()
    }

    #[test]
    fn an_alarm_says_what_why_when_and_where() {
        let expected = json!({
            "text": "Alarm: shop-MissRateAlarm-1A2B",
            "blocks": [
                { "type": "header", "text": { "type": "plain_text", "text": ":red_circle: Alarm: shop-MissRateAlarm-1A2B", "emoji": true } },
                { "type": "section", "text": { "type": "mrkdwn", "text": "Of a hundred messages &lt;30&gt; &amp; more." } },
                { "type": "section", "text": { "type": "mrkdwn", "text": "Threshold Crossed: 1 datapoint [42.0 (21/11/26 06:00:00)] was greater than the threshold (30.0)." } },
                { "type": "context", "elements": [{ "type": "mrkdwn", "text": "2026-11-21T06:01:02.345+0000 · <https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/shop%2DMissRateAlarm%2D1A2B|CloudWatch>" }] }
            ]
        });
        assert_eq!(message(Some("ALARM"), &alarm("ALARM")), expected);
    }

    #[test]
    fn the_end_of_an_alarm_looks_like_it() {
        let title = |state: &str| message(None, &alarm(state))["text"].as_str().unwrap().to_owned();
        assert_eq!(title("OK"), "All right again: shop-MissRateAlarm-1A2B");
        assert_eq!(title("INSUFFICIENT_DATA"), "Not enough data: shop-MissRateAlarm-1A2B");
    }

    #[test]
    fn whatever_it_is_something_that_slack_takes_is_sent() {
        let long = "é".repeat(10_000);
        for (subject, text) in
            [(Some("Hello"), "<!channel> & more"), (None, ""), (Some(""), "{}"), (Some(long.as_str()), long.as_str())]
        {
            let message = message(subject, text);
            let blocks = message["blocks"].as_array().unwrap();
            let header = blocks[0]["text"]["text"].as_str().unwrap();
            assert!((1..=150).contains(&header.chars().count()), "{header}");
            for section in &blocks[1..] {
                let text = section["text"]["text"].as_str().unwrap();
                assert!((1..=3000).contains(&text.chars().count()) && !text.contains('<'), "{text}");
            }
        }
    }
}
