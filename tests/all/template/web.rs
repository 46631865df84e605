//! The page: its headers, its fallback, and signing in.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
};

use sbf_tests::repository;
use serde_json::json;

use super::{
    EVERYTHING, LEAST,
    stack::{Stack, UUID, text, translated},
    stacks,
};

/// A policy's sources by directive.
fn policy(written: &str) -> BTreeMap<String, BTreeSet<String>> {
    let directives = written.split(';').filter_map(|directive| {
        let mut words = directive.split_whitespace().map(str::to_owned);
        Some((words.next()?, words.collect()))
    });
    directives.collect()
}

fn sent(stack: &Stack) -> BTreeMap<String, BTreeSet<String>> {
    let headers = &stack.properties("PageHeaders")["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"];
    policy(headers["ContentSecurityPolicy"]["ContentSecurityPolicy"].as_str().unwrap())
}

fn sources(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn the_page_talks_with_its_origin_the_file_bucket_and_the_sign_in_alone() {
    let bucket = format!("https://sbf-uploads-{UUID}.s3.eu-west-1.amazonaws.com");
    let login = format!("https://sbf-{UUID}.auth.eu-west-1.amazoncognito.com");
    let expected = sources(&["'self'", &bucket, "https://cognito-idp.eu-west-1.amazonaws.com", &login]);
    assert_eq!(sent(&Stack::with(&[]))["connect-src"], expected);
    let expected = sources(&["'self'", &bucket, "https://login.example.org", "https://tokens.example.org"]);
    assert_eq!(sent(&Stack::with(LEAST))["connect-src"], expected);
    let stack = Stack::with(&[]);
    assert!(bucket.contains(&text(&stack.properties("UploadBucket")["BucketName"])));
    assert!(login.contains(&text(&stack.properties("UserPoolDomain")["Domain"])));
    assert_eq!(stack.output("SignInUrl").as_deref(), Some(login.as_str()));
}

/// Both policies hold in a browser, so what the page's own lets through must pass the header too, and no script but ours.
#[test]
fn the_header_is_as_strict_as_the_page_and_lets_it_work() {
    let html = fs::read_to_string(repository().join("web/index.html")).unwrap();
    let (_, rest) = html.split_once("Content-Security-Policy").unwrap();
    let written = rest.split("content=\"").nth(1).unwrap().split('"').next().unwrap();
    let own = policy(written);
    for stack in stacks() {
        let sent = sent(&stack);
        assert_eq!(sent["default-src"], sources(&["'none'"]));
        for directive in ["script-src", "style-src", "font-src", "manifest-src"] {
            assert_eq!(sent[directive], own["default-src"], "{directive}");
        }
        for (directive, wanted) in
            own.iter().filter(|(name, _)| !["default-src", "connect-src"].contains(&name.as_str()))
        {
            assert_eq!(sent.get(directive), Some(wanted), "{directive}");
        }
        assert_eq!(sent["frame-ancestors"], sources(&["'none'"]));
        let unsafe_word = |word: &String| word.contains("unsafe") || word == "*";
        assert!(!sent.values().flatten().any(unsafe_word), "{sent:?}");
    }
}

#[test]
fn the_page_is_sent_with_every_protection_and_only_by_https() {
    for stack in stacks() {
        let config = &stack.properties("Distribution")["DistributionConfig"];
        let page = &config["DefaultCacheBehavior"];
        assert_eq!(page["ViewerProtocolPolicy"], "redirect-to-https");
        assert_eq!(page["ResponseHeadersPolicyId"], "{PageHeaders}");
        let headers = &stack.properties("PageHeaders")["ResponseHeadersPolicyConfig"];
        let security = &headers["SecurityHeadersConfig"];
        assert_eq!(security["ContentTypeOptions"]["Override"], true);
        assert_eq!(security["FrameOptions"]["FrameOption"], "DENY");
        assert!(security["StrictTransportSecurity"]["AccessControlMaxAgeSec"].as_u64().unwrap() >= 31_536_000);
        let origins = config["Origins"].as_array().unwrap();
        let bucket = origins.iter().find(|origin| origin["Id"] == page["TargetOriginId"]).unwrap();
        assert_eq!(bucket["OriginAccessControlId"], "{WebAccess.Id}");
        assert_eq!(bucket["DomainName"], "{WebBucket.RegionalDomainName}");
        let access = &stack.properties("WebAccess")["OriginAccessControlConfig"];
        assert_eq!(access["SigningBehavior"], "always");
    }
}

#[test]
fn whatever_is_no_file_is_the_page() {
    let stack = Stack::with(&[]);
    let function = text(&stack.properties("PageFallback")["FunctionCode"]);
    let association =
        &stack.properties("Distribution")["DistributionConfig"]["DefaultCacheBehavior"]["FunctionAssociations"];
    assert_eq!(*association, json!([{ "EventType": "viewer-request", "FunctionARN": "{PageFallback.FunctionARN}" }]));
    for (uri, shown) in [
        ("/", "/index.html"),
        ("/settings", "/index.html"),
        ("/index.html", "/index.html"),
        ("/client.json", "/client.json"),
        ("/assets/index-1a2b.js", "/assets/index-1a2b.js"),
        ("/a/b", "302 /"),
        ("/settings/", "302 /"),
    ] {
        assert_eq!(run(&function, uri), shown, "{uri}");
    }
}

/// What the function makes of a request, by Node.
fn run(function: &str, uri: &str) -> String {
    let program = format!(
        "{function}; const answer = handler({{ request: {{ uri: {} }} }});
         console.log(answer.uri ?? `${{answer.statusCode}} ${{answer.headers.location.value}}`);",
        json!(uri)
    );
    let output = Command::new("node").args(["-e", &program]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn signing_in_is_by_code_without_a_secret_and_returns_to_the_pages() {
    let stack = Stack::with(EVERYTHING);
    let client = stack.properties("PageClient");
    assert_eq!(client["GenerateSecret"], false);
    assert_eq!(client["AllowedOAuthFlows"], json!(["code"]));
    let pages = json!(["https://chat.example.org/", "https://shop.example.org/", "http://localhost:5173/"]);
    assert_eq!((&client["CallbackURLs"], &client["LogoutURLs"]), (&pages, &pages));
    let plain = Stack::with(&[]);
    let page = "https://{Distribution.DomainName}/";
    assert_eq!(plain.properties("PageClient")["CallbackURLs"], json!([page]));
    assert_eq!(plain.output("PageUrl").as_deref(), Some(page));
    assert_eq!(stack.properties("UserPoolDomain")["ManagedLoginVersion"], 2);
    assert_eq!(stack.properties("PageLogin")["ClientId"], "{PageClient}");
}

/// "Refresh token rotation" in the Amazon Cognito developer guide: it does not go with the flow that refreshes without it. A client without
/// any flow would be given that one; the custom one needs a trigger, which the pool has not.
#[test]
fn a_refresh_token_is_good_once_and_no_other_way_leads_around_the_sign_in_page() {
    for stack in [Stack::with(&[]), Stack::with(EVERYTHING)] {
        let client = stack.properties("PageClient");
        let rotation = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": 60 });
        assert_eq!(client["RefreshTokenRotation"], rotation);
        assert_eq!(client["ExplicitAuthFlows"], json!(["ALLOW_CUSTOM_AUTH"]));
        assert_eq!(stack.properties("UserPool").get("LambdaConfig"), None);
    }
}

/// Whoever is signed in may write these by their own token. Neither the address, by which they sign in and which backends are told, nor
/// whether it is verified, nor anything of the operator's.
#[test]
fn people_change_nothing_of_themselves_but_how_they_are_called() {
    let stack = Stack::with(&[]);
    let written = &stack.properties("PageClient")["WriteAttributes"];
    assert_eq!(*written, json!(["name", "given_name", "family_name", "nickname", "locale"]));
}

/// "Whoever is disabled is out within the hour" is true as long as no token lives longer.
#[test]
fn tokens_live_for_an_hour_at_most() {
    let stack = Stack::with(&[]);
    let client = stack.properties("PageClient");
    for (token, name) in [("AccessToken", "AccessTokenValidity"), ("IdToken", "IdTokenValidity")] {
        assert_eq!(client["TokenValidityUnits"][token], "minutes");
        assert!(client[name].as_u64().unwrap() <= 60, "{name}");
    }
    assert_eq!(client["EnableTokenRevocation"], true);
}

/// "Quotas" in the Amazon CloudFront developer guide.
#[test]
fn the_policy_is_as_short_as_cloudfront_takes() {
    let most = translated()["Parameters"]["OidcOrigins"]["MaxLength"].as_u64().unwrap();
    let origins = "x".repeat(most.try_into().unwrap());
    let given = [("OidcIssuer", "https://login.example.org"), ("OidcAudience", "chat"), ("OidcOrigins", &*origins)];
    for stack in [Stack::with(&given), Stack::with(&[])] {
        let headers = &stack.properties("PageHeaders")["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"];
        let policy = text(&headers["ContentSecurityPolicy"]["ContentSecurityPolicy"]);
        // The Region with the longest name has 5 characters more.
        assert!(policy.len() + 2 * 5 <= 1783, "{} characters", policy.len());
    }
}

#[test]
fn accounts_are_made_by_the_operator() {
    let stack = Stack::with(EVERYTHING);
    let pool = stack.properties("UserPool");
    assert_eq!(pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"], true);
    assert_eq!(pool["MfaConfiguration"], "OPTIONAL");
    // Else whoever is signed in could take any address, which backends are told.
    let updates = &pool["UserAttributeUpdateSettings"]["AttributesRequireVerificationBeforeUpdate"];
    assert_eq!((updates, &pool["AutoVerifiedAttributes"]), (&json!(["email"]), &json!(["email"])));
    let invitation = text(&pool["AdminCreateUserConfig"]["InviteMessageTemplate"]["EmailMessage"]);
    for part in ["{username}", "{####}", "https://chat.example.org/"] {
        assert!(invitation.contains(part), "{invitation}");
    }
    assert_eq!(stack.properties("Editors")["GroupName"], "editors");
    // Nothing looks at the group, so that nothing may be promised of it.
    assert!(text(&stack.properties("Editors")["Description"]).contains("later release"));
    assert_eq!(stack.properties("FirstUser")["Username"], "ana@example.org");
    assert_eq!(stack.properties("FirstUserIsAnEditor")["GroupName"], "{Editors}");
    assert_eq!(Stack::with(&[]).of("AWS::Cognito::UserPoolUser").len(), 0);
}
