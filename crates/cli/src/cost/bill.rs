//! The arithmetic: quantities times prices, for a million turns of a kind. Plain functions.

use serde::Serialize;

use super::figures::{Measurements, Prices, Turn};

/// Turns that a bill is for.
pub(crate) const MILLION: f64 = 1_000_000.0;

/// What a million turns of one kind cost.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Bill {
    /// The kind of turn.
    pub kind: String,
    /// For people.
    pub what: String,
    /// What core and its API cost.
    pub lines: Vec<Line>,
    /// The sum of `lines`.
    pub dollars: f64,
    /// What comes on top where the requests go through CloudFront, as the stack's own page sends them.
    pub cloud_front: Vec<Line>,
    /// The sum of both.
    pub dollars_with_cloud_front: f64,
    /// What Amazon Lex V2 asks for as many requests.
    pub lex_v2: Line,
}

/// One line: a quantity times a price.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Line {
    /// The price's name.
    pub price: String,
    /// For people.
    pub what: String,
    /// How the quantity per turn comes about.
    pub because: String,
    /// Per turn.
    pub quantity: f64,
    /// Dollars for one.
    pub each: f64,
    /// Dollars for a million turns.
    pub dollars: f64,
}

/// Bytes in a GB, as AWS bills them.
const GB: f64 = 1_073_741_824.0;

/// Bills a million turns.
///
/// # Errors
/// Where the table lacks a price.
pub(crate) fn bill(turn: &Turn, measured: &Measurements, prices: &Prices) -> anyhow::Result<Bill> {
    let assumed = &measured.assumed;
    let line = |price: &str, quantity: f64, because: String| -> anyhow::Result<Line> {
        let price = prices.get(price)?;
        let each = price.dollars / price.per;
        let (what, price) = (price.what.clone(), price.key.clone());
        Ok(Line { price, what, because, quantity, each, dollars: quantity * each * MILLION })
    };
    let (calls, looks) = (turn.reads + turn.writes, turn.api_requests * assumed.brain_looks);
    let (gets, puts) = (looks + turn.sound_gets, turn.sound_puts);
    let waited = calls * assumed.dynamo_ms
        + gets * assumed.s3_ms
        + puts * assumed.s3_put_ms
        + turn.invokes * assumed.backend_ms
        + turn.polly_calls * assumed.polly_ms;
    let started = turn.api_requests * assumed.cold_share * assumed.cold_ms;
    // Lambda bills whole milliseconds of each invocation.
    let milliseconds = (turn.handler_ms + waited + started).ceil();
    let log_bytes = turn.log_bytes
        + turn.api_requests
            * (assumed.platform_log_bytes + assumed.access_log_bytes + assumed.log_lines * assumed.line_overhead_bytes);
    let mut lines = vec![
        line("apiRequest", turn.api_requests, "requests of the client".to_owned())?,
        line("lambdaRequest", turn.api_requests, "invocations of core".to_owned())?,
        line(
            "lambdaGbSecond",
            milliseconds / 1000.0 * assumed.memory_mb / 1024.0,
            format!(
                "{:.1} ms in the handler + {calls:.2} × {} ms DynamoDB + {gets:.2} × {} ms reading S3 + {puts:.2} × {} ms writing it \
                 + {:.2} × {} ms backend + {:.2} × {} ms Polly + {:.0} % × {} ms start = {milliseconds} ms × {} MB",
                turn.handler_ms,
                assumed.dynamo_ms,
                assumed.s3_ms,
                assumed.s3_put_ms,
                turn.invokes,
                assumed.backend_ms,
                turn.polly_calls,
                assumed.polly_ms,
                100.0 * assumed.cold_share,
                assumed.cold_ms,
                assumed.memory_mb,
            ),
        )?,
        line("dynamoRead", turn.read_units, format!("{:.2} consistent reads of the session", turn.reads))?,
        line("dynamoWrite", turn.write_units, format!("{:.2} writes of the session, a unit a KB", turn.writes))?,
        line("dynamoWrite", assumed.count_writes, "additions to the person's count of turns".to_owned())?,
        line("s3Get", looks, "looks for a newer brain".to_owned())?,
        line(
            "logsGb",
            log_bytes / GB,
            format!("{log_bytes:.0} bytes of logs, in core's, Lambda's and the API's lines"),
        )?,
    ];
    if turn.invokes > 0.0 {
        let seconds = turn.invokes * assumed.backend_ms / 1000.0;
        lines.push(line("lambdaRequest", turn.invokes, "invocations of the backend".to_owned())?);
        lines.push(line(
            "lambdaGbSecond",
            seconds * assumed.backend_memory_mb / 1024.0,
            format!("the backend's {} ms × {} MB", turn.invokes * assumed.backend_ms, assumed.backend_memory_mb),
        )?);
    }
    lines.extend(sound(turn, &line)?);
    let sent = turn.response_bytes + turn.api_requests * assumed.header_bytes;
    let cloud_front = vec![
        line("cloudFrontRequest", turn.api_requests, "requests of the client".to_owned())?,
        line("cloudFrontGb", sent / GB, format!("{sent:.0} bytes of answers"))?,
    ];
    let lex = if turn.sound_gets > 0.0 { "lexSpeech" } else { "lexText" };
    let dollars: f64 = lines.iter().map(|line| line.dollars).sum();
    let more: f64 = cloud_front.iter().map(|line| line.dollars).sum();
    Ok(Bill {
        kind: turn.kind.clone(),
        what: turn.what.clone(),
        lines,
        dollars,
        cloud_front,
        dollars_with_cloud_front: dollars + more,
        lex_v2: line(lex, 1.0, "one request a turn".to_owned())?,
    })
}

/// What being read aloud costs: the voice of `SpeechEngine`'s default, and the bucket that keeps its sounds.
fn sound(turn: &Turn, line: &impl Fn(&str, f64, String) -> anyhow::Result<Line>) -> anyhow::Result<Vec<Line>> {
    let lines = [
        ("s3Get", turn.sound_gets, "looks for a sound that is kept"),
        ("s3Put", turn.sound_puts, "sounds kept"),
        ("pollyNeural", turn.polly_characters, "characters spoken anew"),
    ];
    let used = lines.into_iter().filter(|(_, quantity, _)| *quantity > 0.0);
    used.map(|(price, quantity, because)| line(price, quantity, because.to_owned())).collect()
}
