//! Functions, in the roles that they need.

use std::{future::ready, time::Duration};

use sbf_aws::{
    backends::Backends,
    settings::{AllowedFunctions, BackendSettings},
};
use sbf_dialog::ports::{BackendAnswer, BackendCall, Fulfilment, Target};
use serde_json::json;

use crate::script::{Script, response, sdk};

fn backends(lambda: &Script, allowed: Option<&[&str]>) -> Backends {
    let allowed = allowed.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
    let settings =
        BackendSettings { functions: allowed, deadline: Duration::from_secs(5), ..BackendSettings::default() };
    Backends::new(aws_sdk_lambda::Client::new(&lambda.sdk()), settings)
}

fn call(arn: &str) -> BackendCall {
    let name = arn.rsplit(':').next().unwrap_or_default().to_owned();
    BackendCall { name, target: function(arn, None), event: json!({ "city": "Orléans", "quote": "\"$1\"" }) }
}

fn function(arn: &str, role: Option<&str>) -> Target {
    Target::Function { arn: arn.to_owned(), role: role.map(str::to_owned) }
}

fn failure(answer: BackendAnswer) -> String {
    match answer {
        BackendAnswer::Failed(why) => why,
        BackendAnswer::Answered(value) => panic!("answered {value}"),
    }
}

#[tokio::test]
async fn what_a_function_returns_is_the_answer() {
    let lambda = Script::always(200, &[], br#"{"text":"18 degrees","n":[1,2]}"#).await;
    let answer = backends(&lambda, None).call(&call("weather"), Duration::MAX).await;
    assert_eq!(answer, BackendAnswer::Answered(json!({ "text": "18 degrees", "n": [1, 2] })));
    let received = lambda.received();
    assert_eq!(received[0].path, "/2015-03-31/functions/weather/invocations");
    assert_eq!(received[0].header("x-amz-invocation-type"), Some("RequestResponse"));
    assert_eq!(received[0].json(), json!({ "city": "Orléans", "quote": "\"$1\"" }));
}

#[tokio::test]
async fn null_and_strings_are_answers_too() {
    for body in ["null", "\"18 degrees\""] {
        let lambda = Script::always(200, &[], body.as_bytes()).await;
        let answer = backends(&lambda, None).call(&call("weather"), Duration::MAX).await;
        assert_eq!(answer, BackendAnswer::Answered(serde_json::from_str(body).unwrap()));
    }
}

#[tokio::test]
async fn a_function_that_raised_has_failed() {
    let error = br#"{"errorMessage":"no such table","errorType":"TypeError","trace":["secret.js:1"]}"#;
    let lambda = Script::always(200, &[("x-amz-function-error", "Unhandled")], error).await;
    // The message may hold what the user said, so that it stays out of the log.
    assert_eq!(
        failure(backends(&lambda, None).call(&call("weather"), Duration::MAX).await),
        "function error Unhandled: TypeError"
    );
}

#[tokio::test]
async fn what_is_not_json_has_failed() {
    for body in ["", "18 degrees", "{\"text\":"] {
        let lambda = Script::always(200, &[], body.as_bytes()).await;
        assert!(
            failure(backends(&lambda, None).call(&call("weather"), Duration::MAX).await).contains("not JSON"),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_function_that_is_not_on_the_list_is_not_called() {
    let lambda = Script::always(200, &[], b"{}").await;
    let backends = backends(&lambda, Some(&["weather"]));
    let refused = [
        "pizza",
        "arn:aws:lambda:eu-west-1:123456789012:function:pizza",
        "arn:aws:lambda:eu-west-1:123456789012:function:pizza:weather",
        "123456789012:function:pizza",
        "pizza:weather",
    ];
    for arn in refused {
        let call = BackendCall { name: "weather".to_owned(), ..call(arn) };
        assert!(failure(backends.call(&call, Duration::MAX).await).contains("pizza"), "{arn}");
    }
    assert_eq!(lambda.received().len(), 0);
    let allowed = ["weather", "weather:live", "arn:aws:lambda:eu-west-1:123456789012:function:weather:live"];
    for arn in allowed {
        assert_eq!(backends.call(&call(arn), Duration::MAX).await, BackendAnswer::Answered(json!({})), "{arn}");
    }
}

#[tokio::test]
async fn a_name_that_stands_for_a_function_is_invoked_as_that() {
    let lambda = Script::always(200, &[], b"{}").await;
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:bot-WeatherFunction-1:live";
    let allowed = Some(AllowedFunctions::read(&format!("sbf-sample-weather={arn}")));
    let settings = BackendSettings { functions: allowed, ..BackendSettings::default() };
    let backends = Backends::new(aws_sdk_lambda::Client::new(&lambda.sdk()), settings);
    let by_name = BackendCall { name: "sbf-sample-weather".to_owned(), ..call("") };
    assert_eq!(backends.call(&by_name, Duration::MAX).await, BackendAnswer::Answered(json!({})));
    assert!(
        failure(backends.call(&call("bot-WeatherFunction-1"), Duration::MAX).await).contains("bot-WeatherFunction-1")
    );
    let paths: Vec<String> = lambda.received().iter().map(|request| request.path.replace("%3A", ":")).collect();
    assert_eq!(paths, [format!("/2015-03-31/functions/{arn}/invocations")]);
}

#[tokio::test]
async fn a_function_that_takes_too_long_has_failed() {
    let lambda = Script::new(|_, _| async {
        tokio::time::sleep(Duration::from_secs(30)).await;
        response(200, &[], b"{}".to_vec())
    });
    let lambda = lambda.await;
    let settings = BackendSettings { deadline: Duration::from_millis(100), ..BackendSettings::default() };
    let backends = Backends::new(aws_sdk_lambda::Client::new(&lambda.sdk()), settings);
    assert_eq!(failure(backends.call(&call("weather"), Duration::MAX).await), "no answer within 100 ms");
}

#[tokio::test]
async fn a_refusal_for_lack_of_capacity_is_tried_again() {
    let lambda = Script::new(|n, _| {
        ready(match n {
            0 => response(429, &[("x-amzn-errortype", "TooManyRequestsException")], b"{}".to_vec()),
            _ => response(200, &[], b"1".to_vec()),
        })
    });
    let lambda = lambda.await;
    assert_eq!(backends(&lambda, None).call(&call("weather"), Duration::MAX).await, BackendAnswer::Answered(json!(1)));
    assert_eq!(lambda.received().len(), 2);
}

#[tokio::test]
async fn any_other_failure_is_not_tried_again() {
    for (status, kind) in
        [(500, "ServiceException"), (502, "EC2UnexpectedException"), (404, "ResourceNotFoundException")]
    {
        let lambda = Script::always(status, &[("x-amzn-errortype", kind)], b"{}").await;
        failure(backends(&lambda, None).call(&call("weather"), Duration::MAX).await);
        assert_eq!(lambda.received().len(), 1, "{kind}");
    }
}

#[tokio::test]
async fn an_unreachable_service_has_failed() {
    let client = aws_sdk_lambda::Client::new(&sdk("http://127.0.0.1:9"));
    let backends = Backends::new(client, BackendSettings::default());
    failure(backends.call(&call("weather"), Duration::MAX).await);
}

#[tokio::test]
async fn an_arn_of_another_region_is_called_there() {
    let lambda = Script::always(200, &[], b"{}").await;
    let backends = backends(&lambda, None);
    for region in ["us-east-1", "eu-west-1", "us-east-1"] {
        backends.call(&call(&format!("arn:aws:lambda:{region}:123456789012:function:weather")), Duration::MAX).await;
    }
    let received = lambda.received();
    let signed_for = |n: usize, region: &str| {
        received[n].header("authorization").is_some_and(|header| header.contains(&format!("/{region}/lambda/")))
    };
    assert!(signed_for(0, "us-east-1") && signed_for(1, "eu-west-1") && signed_for(2, "us-east-1"), "{received:?}");
    assert!(received[0].path.contains("arn%3Aaws%3Alambda%3Aus-east-1"), "{}", received[0].path);
}
