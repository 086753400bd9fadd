//! How often somebody may try to sign in, to register, to have a new password, to exchange a token.

use serde_json::{Value, json};
use vitrine::config::Budgets;

use super::charge;
use crate::harness::{Reply, TestShop, on_each_engine};
use crate::identity::{PASSWORD, customer, customer_signs_in};

on_each_engine! {
    sample: many_sign_ins_in_one_document_are_each_counted, an_account_that_is_not_there_is_counted_alike,
        an_address_tries_at_many_accounts_in_vain, tokens_are_exchanged_so_often_and_no_more,
        mails_and_passwords_are_counted_apart;
}

const ANN: &str = "ann@example.com";

fn limits(account: &str, address: &str) -> Budgets {
    Budgets {
        tries_account: account.parse().unwrap(),
        tries_address: address.parse().unwrap(),
        refreshes_device: account.parse().unwrap(),
        refreshes_address: address.parse().unwrap(),
        ..Budgets::default()
    }
}

fn sign_in(email: &str, password: &str) -> String {
    format!(
        "signIn(input: {{ email: \"{email}\", password: \"{password}\" }}) {{ account {{ id }} userErrors {{ code }} }}"
    )
}

fn many(fields: &[String]) -> String {
    let fields = fields.iter().enumerate().map(|(place, field)| format!("m{place}: {field} "));
    format!("mutation {{ {} }}", fields.collect::<String>())
}

/// The codes of all errors, and the least time to wait.
fn throttled(reply: &Reply) -> (usize, Option<u64>) {
    let none = Vec::new();
    let errors = reply.json["errors"].as_array().unwrap_or(&none);
    for error in errors {
        assert_eq!(error["extensions"]["code"], "THROTTLED", "{error}");
        assert!(error["extensions"]["requestId"].is_string());
    }
    (errors.len(), errors.iter().map(|error| error["extensions"]["retryAfter"].as_u64().unwrap()).min())
}

async fn many_sign_ins_in_one_document_are_each_counted(shop: TestShop) {
    customer(&shop, ANN).await;
    charge(&shop, limits("3/1", "100/1"));
    let wrong: Vec<String> =
        (0..10).map(|number| sign_in(ANN, &format!("wrong password {number}"))).collect();
    let reply = shop.query(&many(&wrong)).await;
    let (refused, wait) = throttled(&reply);
    assert_eq!(refused, 7);
    assert!(wait.is_some_and(|wait| (3590..=3600).contains(&wait)), "{wait:?}");
    for place in 0..3 {
        let code = &reply.json["data"][format!("m{place}")]["userErrors"][0]["code"];
        assert_eq!(code, "WRONG_CREDENTIALS");
    }
    assert!((3..10).all(|place| reply.json["data"][format!("m{place}")].is_null()));
    let right = shop.query(&many(&[sign_in(ANN, PASSWORD)])).await;
    assert_eq!(throttled(&right).0, 1, "the right password waits, too, or it could be guessed");
    for spelt in ["ANN@example.com", " ann@EXAMPLE.com "] {
        assert_eq!(throttled(&shop.query(&many(&[sign_in(spelt, PASSWORD)])).await).0, 1, "{spelt}");
    }
}

async fn an_account_that_is_not_there_is_counted_alike(shop: TestShop) {
    customer(&shop, ANN).await;
    charge(&shop, limits("2/1", "100/1"));
    let mut answers = Vec::new();
    for email in [ANN, "nobody@example.com", "no address at all"] {
        let mut told = Vec::new();
        for _ in 0..4 {
            let mut reply = shop.query(&many(&[sign_in(email, "wrong password")])).await.json;
            reply["extensions"] = Value::Null;
            if let Some(wait) = reply.pointer_mut("/errors/0/extensions/retryAfter") {
                assert!(wait.as_u64().is_some_and(|wait| wait > 3000), "{wait}");
                *wait = Value::Null;
            }
            told.push(reply);
        }
        assert_eq!(told[3]["errors"][0]["extensions"]["code"], "THROTTLED");
        answers.push(told);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
}

async fn an_address_tries_at_many_accounts_in_vain(shop: TestShop) {
    charge(&shop, limits("100/1", "5/1"));
    let all: Vec<String> =
        (0..12).map(|number| sign_in(&format!("c{number}@example.com"), "some password")).collect();
    assert_eq!(throttled(&shop.query(&many(&all)).await).0, 7);
    let code = "emailVerify(input: { code: \"guess\" }) { isDone }".to_owned();
    assert_eq!(throttled(&shop.query(&many(&[code])).await).0, 1, "codes are not guessed, either");
}

async fn tokens_are_exchanged_so_often_and_no_more(shop: TestShop) {
    customer(&shop, ANN).await;
    let mut token = customer_signs_in(&shop, ANN).await.refresh_token;
    charge(&shop, limits("3/1", "5/1"));
    let exchange = "mutation($t: String!) { tokenRefresh(input: { refreshToken: $t }) { refreshToken userErrors { code } } }";
    for _ in 0..3 {
        let reply = shop.query(exchange).variable("t", token.as_str()).await;
        reply.text("/tokenRefresh/refreshToken").clone_into(&mut token);
    }
    let reply = shop.query(exchange).variable("t", token.as_str()).await;
    assert_eq!(throttled(&reply).0, 1);
    // Of nonsense only the address is counted, which has tried four times.
    assert_eq!(throttled(&shop.query(exchange).variable("t", "nonsense").await).0, 0);
    assert_eq!(throttled(&shop.query(exchange).variable("t", "nonsense").await).0, 1);
    shop.app.budgets.change(limits("100/1", "100/1"));
    let reply = shop.query(exchange).variable("t", token.as_str()).await;
    reply.text("/tokenRefresh/refreshToken");
}

async fn mails_and_passwords_are_counted_apart(shop: TestShop) {
    customer(&shop, ANN).await;
    charge(&shop, limits("2/1", "100/1"));
    let wrong: Vec<String> = (0..3).map(|_| sign_in(ANN, "wrong password")).collect();
    assert_eq!(throttled(&shop.query(&many(&wrong)).await).0, 1);
    let reset = format!("passwordResetRequest(input: {{ email: \"{ANN}\" }}) {{ isDone }}");
    let register =
        format!("customerRegister(input: {{ email: \"{ANN}\", password: \"{PASSWORD}\" }}) {{ isDone }}");
    let reply = shop.query(&many(&[reset.clone(), register.clone(), reset, register])).await;
    assert_eq!(throttled(&reply).0, 2, "whoever forgot the password can still ask for another");
    assert_eq!(reply.json["data"]["m0"], json!({ "isDone": true }));
    assert_eq!(reply.json["data"]["m1"], json!({ "isDone": true }));
}
