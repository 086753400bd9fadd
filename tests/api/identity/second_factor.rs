//! The second factor of the staff: set up, asked for, used once, taken away, required.

use std::fmt::Write as _;

use serde_json::{Value, json};
use vitrine::infrastructure::totp;
use vitrine::services::identity::{
    AccountKind, PasswordReset, authenticate, request_reset, reset_password, second_factor, staff,
};
use vitrine::services::{Permissions, Reason, Viewer};

use super::{
    PASSWORD, at, code, customer, customer_signs_in, enter, is_signed_in, mails, problem, staff_member,
};
use crate::harness::{TestShop, now, on_each_engine};
use crate::security::{ask, counted, event, events, warnings};

on_each_engine! {
    empty: it_is_set_up_and_asked_for, no_code_is_good_twice, of_two_who_bring_a_code_at_once_one_is_let_in,
        codes_are_good_for_one_step_before_and_after, recovery_codes_are_good_once,
        a_challenge_takes_five_codes_and_ends, guessing_codes_is_delayed_and_told_to_the_owners,
        without_it_staff_can_only_set_it_up_where_it_is_required, a_new_password_does_not_switch_it_off,
        it_is_switched_off_by_password_and_code, a_colleague_or_the_command_line_takes_it_away,
        a_set_up_that_was_not_finished_asks_for_nothing, customers_have_none, nothing_of_it_is_readable_in_the_tables;
}

const OWNER: &str = "owner@example.com";
const SIGN_IN: &str = "mutation($e: String!, $p: String!) { staffSignIn(input: { email: $e, password: $p }) \
    { accessToken account { id } challenge { token expiresAt } userErrors { code } } }";
const CONFIRM: &str = "mutation($t: String!, $c: String!) { staffSignInConfirm(input: { challenge: $t, code: $c }) \
    { accessToken account { email } userErrors { code field } } }";
const STATE: &str = "{ secondFactor { isOn recoveryCodesLeft isRequired } }";

fn bytes(secret: &str) -> Vec<u8> {
    let mut bits = String::new();
    for letter in secret.chars() {
        let five = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).unwrap();
        let _ = write!(bits, "{five:05b}");
    }
    bits.as_bytes()
        .chunks_exact(8)
        .map(|bits| u8::from_str_radix(std::str::from_utf8(bits).unwrap(), 2).unwrap())
        .collect()
}

/// What an app shows so many seconds after the start of the test.
fn shown(secret: &str, seconds: i64) -> String {
    totp::code(&bytes(secret), totp::step(now().timestamp() + seconds))
}

/// An owner with a second factor: a token of theirs, the secret, and the recovery codes. The code of the first step is used.
async fn enrolled(shop: &TestShop) -> (String, String, Vec<String>) {
    let (tokens, _) = staff_member(shop, OWNER, "owner").await;
    let other = enter(shop, AccountKind::Staff, OWNER, PASSWORD).await.unwrap();
    let start = "mutation($p: String!) { secondFactorStart(input: { password: $p }) { enrolment { secret uri } userErrors { code field } } }";
    let wrong = ask(shop, start, json!({ "p": "wrong password" }), Some(&tokens.access_token)).await;
    assert_eq!(
        wrong["data"]["secondFactorStart"]["userErrors"],
        json!([{ "code": "WRONG_CREDENTIALS", "field": ["password"] }])
    );
    let made = ask(shop, start, json!({ "p": PASSWORD }), Some(&tokens.access_token)).await;
    let made = &made["data"]["secondFactorStart"]["enrolment"];
    let secret = made["secret"].as_str().unwrap().to_owned();
    assert!(secret.len() == 32 && made["uri"].as_str().unwrap().contains(&secret), "{made}");
    let enable = "mutation($c: String!) { secondFactorEnable(input: { code: $c }) { recoveryCodes userErrors { code field } } }";
    let wrong = ask(shop, enable, json!({ "c": "12345x" }), Some(&tokens.access_token)).await;
    assert_eq!(wrong["data"]["secondFactorEnable"]["userErrors"][0]["code"], "WRONG_CREDENTIALS");
    let enabled = ask(shop, enable, json!({ "c": shown(&secret, 0) }), Some(&tokens.access_token)).await;
    assert!(!is_signed_in(shop, &other).await, "other devices are signed out");
    let codes = enabled["data"]["secondFactorEnable"]["recoveryCodes"].as_array().unwrap();
    let codes = codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect();
    (tokens.access_token, secret, codes)
}

/// The challenge that the right password brings.
async fn challenge(shop: &TestShop) -> String {
    let reply = ask(shop, SIGN_IN, json!({ "e": OWNER, "p": PASSWORD }), None).await;
    let payload = &reply["data"]["staffSignIn"];
    assert_eq!((&payload["accessToken"], &payload["account"]), (&Value::Null, &Value::Null), "{reply}");
    payload["challenge"]["token"].as_str().unwrap_or_else(|| panic!("no challenge in {reply}")).to_owned()
}

async fn confirm(shop: &TestShop, challenge: &str, code: &str) -> Value {
    ask(shop, CONFIRM, json!({ "t": challenge, "c": code }), None).await
}

fn is_in(reply: &Value) -> bool {
    reply["data"]["staffSignInConfirm"]["accessToken"].is_string()
}

fn refusal(reply: &Value) -> (&str, &str) {
    let error = &reply["data"]["staffSignInConfirm"]["userErrors"][0];
    (error["code"].as_str().unwrap_or_default(), error["field"][0].as_str().unwrap_or_default())
}

async fn it_is_set_up_and_asked_for(shop: TestShop) {
    let (token, secret, codes) = enrolled(&shop).await;
    assert!(codes.len() == 10 && codes.iter().all(|code| code.len() == 11), "{codes:?}");
    let state = ask(&shop, STATE, json!({}), Some(&token)).await;
    assert_eq!(
        state["data"]["secondFactor"],
        json!({ "isOn": true, "recoveryCodesLeft": 10, "isRequired": false })
    );
    assert!(mails(&shop).iter().any(|mail| mail.subject.contains("asks for a code")));
    at(&shop, 60);
    let challenge = challenge(&shop).await;
    let reply = confirm(&shop, &challenge, &shown(&secret, 60)).await;
    assert!(is_in(&reply), "{reply}");
    assert_eq!(reply["data"]["staffSignInConfirm"]["account"]["email"], OWNER);
    let token = reply["data"]["staffSignInConfirm"]["accessToken"].as_str().unwrap();
    assert_eq!(authenticate(&shop.app, token).await.unwrap().permissions(), Permissions::all());
    assert_eq!(refusal(&confirm(&shop, &challenge, &shown(&secret, 90)).await), ("EXPIRED", "challenge"));
}

async fn no_code_is_good_twice(shop: TestShop) {
    staff_member(&shop, "second@example.com", "owner").await;
    let (token, secret, _) = enrolled(&shop).await;
    let used_to_enrol = confirm(&shop, &challenge(&shop).await, &shown(&secret, 0)).await;
    assert_eq!(refusal(&used_to_enrol), ("WRONG_CREDENTIALS", "code"));
    at(&shop, 60);
    let code = shown(&secret, 60);
    assert!(is_in(&confirm(&shop, &challenge(&shop).await, &code).await));
    for seconds in [60, 75, 90] {
        at(&shop, seconds);
        assert_eq!(
            refusal(&confirm(&shop, &challenge(&shop).await, &code).await),
            ("WRONG_CREDENTIALS", "code")
        );
    }
    // Nor an earlier one, once a later one was used.
    assert_eq!(
        refusal(&confirm(&shop, &challenge(&shop).await, &shown(&secret, 30)).await).0,
        "WRONG_CREDENTIALS"
    );
    let disable = "mutation($c: String!) { secondFactorDisable(input: { password: \"correct horse\", code: $c }) { isDone userErrors { code } } }";
    let off = ask(&shop, disable, json!({ "c": code }), Some(&token)).await;
    assert_eq!(off["data"]["secondFactorDisable"]["userErrors"][0]["code"], "WRONG_CREDENTIALS");
    assert!(event(&shop, "SECOND_FACTOR_REUSED").await["occurrences"].as_i64().unwrap() >= 4);
    assert!(counted(&shop, "second_factor_reused", "warning") >= 4);
}

async fn of_two_who_bring_a_code_at_once_one_is_let_in(shop: TestShop) {
    let (_, secret, codes) = enrolled(&shop).await;
    for (round, code) in [(2, None), (4, Some(codes[0].clone())), (6, None)] {
        at(&shop, round * 60);
        let code = code.unwrap_or_else(|| shown(&secret, round * 60));
        let mut challenges = Vec::new();
        for _ in 0..4 {
            challenges.push(challenge(&shop).await);
        }
        let tries = challenges.iter().map(|challenge| confirm(&shop, challenge, &code));
        let replies = futures_util::future::join_all(tries).await;
        assert_eq!(replies.iter().filter(|reply| is_in(reply)).count(), 1, "{replies:?}");
        // One challenge is good for one sign-in, too.
        at(&shop, round * 60 + 60);
        let (one, next) = (challenge(&shop).await, shown(&secret, round * 60 + 60));
        let both = tokio::join!(
            confirm(&shop, &one, &next),
            confirm(&shop, &one, &codes[usize::try_from(round).unwrap()])
        );
        assert_eq!(usize::from(is_in(&both.0)) + usize::from(is_in(&both.1)), 1, "{both:?}");
    }
}

async fn codes_are_good_for_one_step_before_and_after(shop: TestShop) {
    let (_, secret, _) = enrolled(&shop).await;
    for (clock, app, is_good) in [
        (300, 240, false),
        (300, 270, true),
        (400, 450, false),
        (400, 420, true),
        (600, 629, true),
        (600, 660, false),
    ] {
        at(&shop, clock);
        let reply = confirm(&shop, &challenge(&shop).await, &shown(&secret, app)).await;
        assert_eq!(is_in(&reply), is_good, "{clock} {app} {reply}");
    }
    // A clock that is set back lets no used code in.
    at(&shop, 300);
    assert!(!is_in(&confirm(&shop, &challenge(&shop).await, &shown(&secret, 300)).await));
}

async fn recovery_codes_are_good_once(shop: TestShop) {
    let (token, secret, codes) = enrolled(&shop).await;
    let typed = format!(" {} ", codes[3].to_uppercase().replace('-', " "));
    assert!(is_in(&confirm(&shop, &challenge(&shop).await, &typed).await));
    assert_eq!(
        refusal(&confirm(&shop, &challenge(&shop).await, &codes[3]).await),
        ("WRONG_CREDENTIALS", "code")
    );
    let state = ask(&shop, STATE, json!({}), Some(&token)).await;
    assert_eq!(state["data"]["secondFactor"]["recoveryCodesLeft"], 9);
    at(&shop, 60);
    let renew = "mutation($c: String!) { recoveryCodesRenew(input: { password: \"correct horse\", code: $c }) { recoveryCodes userErrors { code } } }";
    let renewed = ask(&shop, renew, json!({ "c": shown(&secret, 60) }), Some(&token)).await;
    let renewed = renewed["data"]["recoveryCodesRenew"]["recoveryCodes"].as_array().unwrap().clone();
    assert_eq!(renewed.len(), 10);
    assert!(
        !is_in(&confirm(&shop, &challenge(&shop).await, &codes[4]).await),
        "those before are good for nothing"
    );
    assert!(is_in(&confirm(&shop, &challenge(&shop).await, renewed[4].as_str().unwrap()).await));
}

async fn a_challenge_takes_five_codes_and_ends(shop: TestShop) {
    let (_, secret, _) = enrolled(&shop).await;
    at(&shop, 60);
    let one = challenge(&shop).await;
    for _ in 0..5 {
        assert_eq!(refusal(&confirm(&shop, &one, "000000").await), ("WRONG_CREDENTIALS", "code"));
    }
    assert_eq!(refusal(&confirm(&shop, &one, &shown(&secret, 60)).await), ("EXPIRED", "challenge"));
    at(&shop, 120);
    let late = challenge(&shop).await;
    at(&shop, 120 + 300);
    assert_eq!(refusal(&confirm(&shop, &late, &shown(&secret, 420)).await), ("EXPIRED", "challenge"));
    for nonsense in ["", "x", &"y".repeat(10_000)] {
        assert_eq!(refusal(&confirm(&shop, nonsense, &shown(&secret, 420)).await), ("EXPIRED", "challenge"));
    }
    assert!(is_in(&confirm(&shop, &challenge(&shop).await, &shown(&secret, 420)).await));
}

async fn guessing_codes_is_delayed_and_told_to_the_owners(shop: TestShop) {
    let (_, secret, _) = enrolled(&shop).await;
    at(&shop, 60);
    for _ in 0..5 {
        assert_eq!(refusal(&confirm(&shop, &challenge(&shop).await, "000000").await).0, "WRONG_CREDENTIALS");
    }
    let next = challenge(&shop).await;
    for _ in 0..7 {
        // Whoever waits loses no tries of the challenge.
        let refused = confirm(&shop, &next, &shown(&secret, 60)).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "THROTTLED", "{refused}");
        assert_eq!(refused["errors"][0]["extensions"]["retryAfter"], 1);
    }
    at(&shop, 61);
    assert_eq!(refusal(&confirm(&shop, &next, "000000").await).0, "WRONG_CREDENTIALS");
    let refused = confirm(&shop, &next, &shown(&secret, 61)).await;
    assert_eq!(refused["errors"][0]["extensions"]["retryAfter"], 2, "delays grow");
    at(&shop, 63);
    assert!(
        is_in(&confirm(&shop, &next, &shown(&secret, 63)).await),
        "the right code is let in after the delay"
    );
    let seen = event(&shop, "SECOND_FACTOR_FAILED").await;
    assert_eq!((&seen["severity"], &seen["occurrences"]), (&json!("GRAVE"), &json!(2)));
    assert_eq!((warnings(&shop), counted(&shop, "second_factor_failed", "grave")), (1, 2));
    assert!(!is_in(&confirm(&shop, &challenge(&shop).await, "000000").await));
    events(&shop).await;
    assert_eq!(counted(&shop, "second_factor_failed", "grave"), 2, "who was let in begins anew");
}

async fn without_it_staff_can_only_set_it_up_where_it_is_required(shop: TestShop) {
    staff_member(&shop, "colleague@example.com", "owner").await;
    let colleague = enter(&shop, AccountKind::Staff, "colleague@example.com", PASSWORD).await.unwrap();
    shop.app.identity().unwrap().require_second_factor(true);
    let token = Some(colleague.access_token.as_str());
    for text in [
        "{ staff { id } }",
        "mutation { staffInvite(input: { email: \"x@example.com\", roles: [] }) { userErrors { code } } }",
    ] {
        let refused = ask(&shop, text, json!({}), token).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{refused}");
    }
    let state = ask(&shop, STATE, json!({}), token).await;
    assert_eq!(
        state["data"]["secondFactor"],
        json!({ "isOn": false, "recoveryCodesLeft": 0, "isRequired": true })
    );
    let (token, _, _) = enrolled(&shop).await;
    let staff = ask(&shop, "{ staff { id } }", json!({}), Some(&token)).await;
    assert_eq!(staff["data"]["staff"].as_array().map(Vec::len), Some(2), "{staff}");
    customer(&shop, "ann@example.com").await;
    assert!(is_signed_in(&shop, &customer_signs_in(&shop, "ann@example.com").await).await);
}

async fn a_new_password_does_not_switch_it_off(shop: TestShop) {
    let (_, secret, _) = enrolled(&shop).await;
    at(&shop, 60);
    let before = challenge(&shop).await;
    request_reset(&shop.app, AccountKind::Staff, OWNER).await.unwrap();
    let reset = PasswordReset { code: code(&shop, OWNER), password: "another horse".to_owned() };
    reset_password(&shop.app, reset).await.unwrap();
    assert_eq!(refusal(&confirm(&shop, &before, &shown(&secret, 60)).await), ("EXPIRED", "challenge"));
    let reply = ask(&shop, SIGN_IN, json!({ "e": OWNER, "p": "another horse" }), None).await;
    let token = reply["data"]["staffSignIn"]["challenge"]["token"].as_str().expect("a challenge");
    assert!(is_in(&confirm(&shop, token, &shown(&secret, 60)).await));
}

async fn it_is_switched_off_by_password_and_code(shop: TestShop) {
    let (token, secret, codes) = enrolled(&shop).await;
    at(&shop, 60);
    let disable = "mutation($p: String!, $c: String!) { secondFactorDisable(input: { password: $p, code: $c }) { isDone userErrors { field } } }";
    for (password, code, field) in
        [("wrong password", codes[0].as_str(), "password"), (PASSWORD, "000000", "code")]
    {
        let refused = ask(&shop, disable, json!({ "p": password, "c": code }), Some(&token)).await;
        assert_eq!(refused["data"]["secondFactorDisable"]["userErrors"], json!([{ "field": [field] }]));
    }
    let off = ask(&shop, disable, json!({ "p": PASSWORD, "c": shown(&secret, 60) }), Some(&token)).await;
    assert_eq!(off["data"]["secondFactorDisable"]["isDone"], true);
    enter(&shop, AccountKind::Staff, OWNER, PASSWORD).await.unwrap();
    assert!(mails(&shop)[0].subject.contains("does not ask for a code"));
    let again = ask(&shop, disable, json!({ "p": PASSWORD, "c": shown(&secret, 60) }), Some(&token)).await;
    assert!(again["data"]["secondFactorDisable"]["isDone"].is_null());
}

async fn a_colleague_or_the_command_line_takes_it_away(shop: TestShop) {
    let (_, colleague) = staff_member(&shop, "colleague@example.com", "owner").await;
    let (token, secret, _) = enrolled(&shop).await;
    let id = authenticate(&shop.app, &token).await.unwrap().account().unwrap();
    let few: Permissions = [vitrine::services::Permission::StaffWrite].into_iter().collect();
    let weak = super::staff_with(colleague, few);
    assert_eq!(problem(second_factor::reset(&shop.app, &weak, id).await).0, Reason::NotYours);
    second_factor::reset(&shop.app, &colleague, id).await.unwrap();
    assert!(authenticate(&shop.app, &token).await.is_err(), "all devices are signed out");
    enter(&shop, AccountKind::Staff, OWNER, PASSWORD).await.unwrap();
    assert_eq!(problem(second_factor::reset(&shop.app, &colleague, id).await).0, Reason::NotFound);
    let viewer = authenticate(
        &shop.app,
        &enter(&shop, AccountKind::Staff, OWNER, PASSWORD).await.unwrap().access_token,
    )
    .await
    .unwrap();
    let made = second_factor::start(&shop.app, &viewer, PASSWORD).await.unwrap();
    assert_ne!(made.secret, secret);
    second_factor::enable(&shop.app, &viewer, &shown(&made.secret, 0)).await.unwrap();
    assert!(enter(&shop, AccountKind::Staff, OWNER, PASSWORD).await.is_err());
    second_factor::reset_of(&shop.app, "Owner@Example.com").await.unwrap();
    enter(&shop, AccountKind::Staff, OWNER, PASSWORD).await.unwrap();
    assert!(second_factor::reset_of(&shop.app, "nobody@example.com").await.is_err());
}

async fn a_set_up_that_was_not_finished_asks_for_nothing(shop: TestShop) {
    let (_, viewer) = staff_member(&shop, OWNER, "owner").await;
    let first = second_factor::start(&shop.app, &viewer, PASSWORD).await.unwrap();
    enter(&shop, AccountKind::Staff, OWNER, PASSWORD).await.unwrap();
    let second = second_factor::start(&shop.app, &viewer, PASSWORD).await.unwrap();
    assert_eq!(problem(second_factor::enable(&shop.app, &viewer, &shown(&first.secret, 0)).await).1, "code");
    second_factor::enable(&shop.app, &viewer, &shown(&second.secret, 0)).await.unwrap();
    assert_eq!(problem(second_factor::start(&shop.app, &viewer, PASSWORD).await).0, Reason::InUse);
    assert_eq!(
        problem(second_factor::enable(&shop.app, &viewer, &shown(&second.secret, 30)).await).0,
        Reason::InUse
    );
}

async fn customers_have_none(shop: TestShop) {
    customer(&shop, "ann@example.com").await;
    let token = customer_signs_in(&shop, "ann@example.com").await.access_token;
    assert_eq!(ask(&shop, STATE, json!({}), Some(&token)).await["data"]["secondFactor"], Value::Null);
    let start =
        "mutation { secondFactorStart(input: { password: \"correct horse\" }) { userErrors { code } } }";
    let refused = ask(&shop, start, json!({}), Some(&token)).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert!(second_factor::start(&shop.app, &Viewer::Anonymous, PASSWORD).await.is_err());
}

async fn nothing_of_it_is_readable_in_the_tables(shop: TestShop) {
    let (_, secret, codes) = enrolled(&shop).await;
    let token = challenge(&shop).await;
    let kept = shop
        .rows(
            "SELECT secret FROM second_factor UNION ALL SELECT hash FROM recovery_code UNION ALL \
        SELECT hash || password_hash FROM sign_in_challenge",
        )
        .await;
    assert_eq!(kept.len(), 12);
    let kept = kept.concat();
    assert!(!kept.contains(&secret) && !kept.contains(&token) && !kept.contains("argon2"));
    assert!(codes.iter().all(|code| !kept.contains(code.as_str())));
    assert_eq!(staff::staff(&shop.app).await.unwrap().len(), 1);
}
