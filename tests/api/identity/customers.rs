//! Opening an account, its password, its address, its devices.

use vitrine::services::Reason;
use vitrine::services::identity::{
    AccountKind, EmailChange, PasswordChange, PasswordReset, Registration, account, authenticate,
    change_email, change_password, confirm_email, devices, register, request_reset, reset_password, sign_out,
    sign_out_device, sign_out_everywhere, tidy, verify_email,
};

use super::{
    PASSWORD, at, code, customer, customer_signs_in, enter, is_signed_in, mails, problem, problems,
    registration,
};
use crate::harness::{TestShop, on_each_engine};

const ANN: &str = "ann@example.com";

on_each_engine! {
    empty: a_customer_registers_confirms_and_signs_in, known_and_unknown_addresses_are_answered_alike,
        nothing_personal_is_readable_in_the_tables, wrong_input_is_told_all_at_once, a_code_is_good_once_and_for_a_while,
        a_password_is_reset_by_mail, a_password_is_changed_by_who_knows_it, an_address_is_changed_where_mail_arrives,
        devices_are_listed_and_signed_out, mails_are_in_the_language_of_the_request, nobody_is_plagued_with_mails,
        of_many_who_confirm_at_once_one_makes_the_account, the_oldest_device_makes_room, what_is_over_is_tidied_away;
}

async fn a_customer_registers_confirms_and_signs_in(shop: TestShop) {
    register(&shop.app, registration(" Ann@EXAMPLE.com ")).await.unwrap();
    let early = enter(&shop, AccountKind::Customer, ANN, PASSWORD).await;
    assert_eq!(problem(early), (Reason::WrongCredentials, String::new()));
    verify_email(&shop.app, &code(&shop, "Ann@example.com")).await.unwrap();

    let tokens = customer_signs_in(&shop, ANN).await;
    let viewer = authenticate(&shop.app, &tokens.access_token).await.unwrap();
    let me = account(&shop.app, &viewer).await.unwrap().unwrap();
    assert_eq!(
        (me.email.as_str(), me.name.as_str(), me.kind),
        ("Ann@example.com", "Ann Lee", AccountKind::Customer)
    );
    assert_eq!((viewer.account(), viewer.session()), (Some(tokens.account), Some(tokens.session)));
    assert_eq!(tokens.expires_in, 600);

    for (email, password) in
        [(ANN, "Correct horse"), ("bob@example.com", PASSWORD), ("", ""), (ANN, &"x".repeat(2000))]
    {
        let refused = enter(&shop, AccountKind::Customer, email, password).await;
        assert_eq!(problem(refused), (Reason::WrongCredentials, String::new()));
    }
    let staff = enter(&shop, AccountKind::Staff, ANN, PASSWORD).await;
    assert_eq!(problem(staff).0, Reason::WrongCredentials);
}

async fn known_and_unknown_addresses_are_answered_alike(shop: TestShop) {
    customer(&shop, ANN).await;
    let known = register(&shop.app, registration(ANN)).await;
    let unknown = register(&shop.app, registration("bob@example.com")).await;
    assert_eq!(format!("{known:?}"), format!("{unknown:?}"));
    let told = mails(&shop);
    assert!(told[1].subject.starts_with("You already have an account"), "{told:?}");
    assert!(told[0].subject.starts_with("Confirm"), "{told:?}");
    assert_eq!(shop.number("SELECT count(*) FROM account").await, 1);

    let before = mails(&shop).len();
    let known = request_reset(&shop.app, AccountKind::Customer, ANN).await;
    let unknown = request_reset(&shop.app, AccountKind::Customer, "nobody@example.com").await;
    assert_eq!(format!("{known:?}"), format!("{unknown:?}"));
    assert_eq!(mails(&shop).len(), before + 1);
}

/// Three letters stand in any ciphertext now and then, so here is a person with longer names.
async fn nothing_personal_is_readable_in_the_tables(shop: TestShop) {
    let address = "hannelore@example.com";
    let name = Some("Annegret Lindqvist".to_owned());
    register(&shop.app, Registration { name, ..registration(address) }).await.unwrap();
    let code = code(&shop, address);
    verify_email(&shop.app, &code).await.unwrap();
    let tokens = customer_signs_in(&shop, address).await;
    let mut kept = String::new();
    for column in [
        "email || email_hash || name || coalesce(password_hash, '') FROM account",
        "sealed FROM data_key",
        "family_hash || refresh_hash FROM session",
        "hash || email_hash || payload FROM one_time_code",
        "private_key FROM signing_key",
        "payload FROM outbox_event",
    ] {
        kept.push_str(&shop.rows(&format!("SELECT {column}")).await.concat());
    }
    let typed = ["hannelore", "example", "Annegret", "Lindqvist", PASSWORD];
    for secret in typed.into_iter().chain([&*code, &tokens.refresh_token[4..], &tokens.access_token]) {
        assert!(!kept.contains(secret), "{secret} in {kept}");
    }
}

async fn wrong_input_is_told_all_at_once(shop: TestShop) {
    let wrong = Registration {
        email: "nonsense".to_owned(),
        password: "short".to_owned(),
        name: Some("x".repeat(300)),
        language: String::new(),
    };
    let told = problems(register(&shop.app, wrong).await);
    let places: Vec<String> = told.iter().map(|problem| problem.path.join(".")).collect();
    assert_eq!(places, ["email", "password", "name"]);
    let same = Registration { password: "ANN@example.com".to_owned(), ..registration(ANN) };
    assert_eq!(problem(register(&shop.app, same).await), (Reason::Invalid, "password".to_owned()));
    let common = Registration { password: "Password123".to_owned(), ..registration(ANN) };
    assert_eq!(problem(register(&shop.app, common).await), (Reason::Invalid, "password".to_owned()));
    assert!(mails(&shop).is_empty());
}

async fn a_code_is_good_once_and_for_a_while(shop: TestShop) {
    register(&shop.app, registration(ANN)).await.unwrap();
    let first = code(&shop, ANN);
    register(&shop.app, registration(ANN)).await.unwrap();
    let second = code(&shop, ANN);
    let expired = (Reason::Expired, "code".to_owned());
    for wrong in ["", "x", &first.to_uppercase(), &"x".repeat(1_000_000)] {
        assert_eq!(problem(verify_email(&shop.app, wrong).await), expired);
    }
    // A code for one thing is none for another.
    let reset = PasswordReset { code: first.clone(), password: "another horse".to_owned() };
    assert_eq!(problem(reset_password(&shop.app, reset).await), expired);
    verify_email(&shop.app, &first).await.unwrap();
    assert_eq!(problem(verify_email(&shop.app, &first).await), expired);
    assert_eq!(problem(verify_email(&shop.app, &second).await), expired);

    register(&shop.app, registration("bob@example.com")).await.unwrap();
    at(&shop, 86_400);
    assert_eq!(problem(verify_email(&shop.app, &code(&shop, "bob@example.com")).await), expired);
}

async fn a_password_is_reset_by_mail(shop: TestShop) {
    customer(&shop, ANN).await;
    let tokens = customer_signs_in(&shop, ANN).await;
    assert!(is_signed_in(&shop, &tokens).await);
    request_reset(&shop.app, AccountKind::Customer, ANN).await.unwrap();
    let first = code(&shop, ANN);
    request_reset(&shop.app, AccountKind::Customer, ANN).await.unwrap();
    let second = code(&shop, ANN);
    let reset = |code: &str, password: &str| {
        reset_password(&shop.app, PasswordReset { code: code.to_owned(), password: password.to_owned() })
    };
    assert_eq!(problem(reset(&first, ANN).await), (Reason::Invalid, "password".to_owned()));
    reset(&first, "another horse").await.unwrap();

    assert!(!is_signed_in(&shop, &tokens).await, "all devices are signed out");
    assert_eq!(problem(reset(&second, "third horse").await).0, Reason::Expired);
    assert!(enter(&shop, AccountKind::Customer, ANN, PASSWORD).await.is_err());
    enter(&shop, AccountKind::Customer, ANN, "another horse").await.unwrap();
    assert!(mails(&shop)[0].subject.contains("was changed"));
}

async fn a_password_is_changed_by_who_knows_it(shop: TestShop) {
    customer(&shop, ANN).await;
    let (here, there) = (customer_signs_in(&shop, ANN).await, customer_signs_in(&shop, ANN).await);
    let viewer = authenticate(&shop.app, &here.access_token).await.unwrap();
    assert!(is_signed_in(&shop, &there).await);
    let wish = |current: &str, new: &str| PasswordChange { current: current.to_owned(), new: new.to_owned() };
    let wrong = change_password(&shop.app, &viewer, wish("wrong horse", "another horse")).await;
    assert_eq!(problem(wrong), (Reason::WrongCredentials, "currentPassword".to_owned()));
    let weak = change_password(&shop.app, &viewer, wish(PASSWORD, "12345678")).await;
    assert_eq!(problem(weak), (Reason::Invalid, "newPassword".to_owned()));
    change_password(&shop.app, &viewer, wish(PASSWORD, "another horse")).await.unwrap();

    assert!(is_signed_in(&shop, &here).await);
    assert!(!is_signed_in(&shop, &there).await);
    enter(&shop, AccountKind::Customer, ANN, "another horse").await.unwrap();
}

async fn an_address_is_changed_where_mail_arrives(shop: TestShop) {
    customer(&shop, ANN).await;
    customer(&shop, "bob@example.com").await;
    let tokens = customer_signs_in(&shop, ANN).await;
    let viewer = authenticate(&shop.app, &tokens.access_token).await.unwrap();
    let wish =
        |email: &str, password: &str| EmailChange { email: email.to_owned(), password: password.to_owned() };
    let wrong = change_email(&shop.app, &viewer, wish("lee@example.com", "wrong horse")).await;
    assert_eq!(problem(wrong), (Reason::WrongCredentials, "password".to_owned()));

    // Whose address it is, is told to its owner only.
    change_email(&shop.app, &viewer, wish("bob@example.com", PASSWORD)).await.unwrap();
    assert!(mails(&shop)[0].subject.starts_with("You already have an account"));

    change_email(&shop.app, &viewer, wish("lee@example.com", PASSWORD)).await.unwrap();
    confirm_email(&shop.app, &code(&shop, "lee@example.com")).await.unwrap();
    assert_eq!(mails(&shop)[0].to, ANN);
    assert_eq!(account(&shop.app, &viewer).await.unwrap().unwrap().email, "lee@example.com");
    assert!(enter(&shop, AccountKind::Customer, ANN, PASSWORD).await.is_err());
    customer_signs_in(&shop, "lee@example.com").await;
}

async fn devices_are_listed_and_signed_out(shop: TestShop) {
    customer(&shop, ANN).await;
    customer(&shop, "bob@example.com").await;
    let bob = customer_signs_in(&shop, "bob@example.com").await;
    let mut all = Vec::new();
    for seconds in 0..4 {
        at(&shop, seconds);
        all.push(customer_signs_in(&shop, ANN).await);
    }
    let viewer = authenticate(&shop.app, &all[0].access_token).await.unwrap();
    let listed = devices(&shop.app, &viewer).await.unwrap();
    assert_eq!(
        listed.iter().map(|device| device.is_current).collect::<Vec<_>>(),
        [false, false, false, true]
    );
    assert_eq!(listed[0].name, "Test device");

    let stranger = sign_out_device(&shop.app, &viewer, bob.session).await;
    assert_eq!(problem(stranger), (Reason::NotFound, "id".to_owned()));
    for tokens in &all {
        assert!(is_signed_in(&shop, tokens).await);
    }
    sign_out_device(&shop.app, &viewer, all[1].session).await.unwrap();
    assert!(!is_signed_in(&shop, &all[1]).await && is_signed_in(&shop, &all[2]).await);
    sign_out(&shop.app, &viewer, None).await.unwrap();
    assert!(!is_signed_in(&shop, &all[0]).await && is_signed_in(&shop, &all[2]).await);
    let other = authenticate(&shop.app, &all[2].access_token).await.unwrap();
    sign_out_everywhere(&shop.app, &other).await.unwrap();
    assert!(!is_signed_in(&shop, &all[2]).await && !is_signed_in(&shop, &all[3]).await);
    assert!(is_signed_in(&shop, &bob).await);
    sign_out(&shop.app, &vitrine::services::Viewer::Anonymous, Some(&bob.refresh_token)).await.unwrap();
    assert!(!is_signed_in(&shop, &bob).await);
}

async fn mails_are_in_the_language_of_the_request(shop: TestShop) {
    for (language, subject) in
        [("de-AT", "Bestätigen"), ("en", "Confirm"), ("fr", "Confirm"), ("", "Confirm")]
    {
        register(&shop.app, Registration { language: language.to_owned(), ..registration(ANN) })
            .await
            .unwrap();
        assert!(mails(&shop)[0].subject.starts_with(subject), "{language}");
        assert!(mails(&shop)[0].body.contains("http://shop.test/account/verify#code="));
    }
}

async fn nobody_is_plagued_with_mails(shop: TestShop) {
    for _ in 0..20 {
        register(&shop.app, registration(ANN)).await.unwrap();
        request_reset(&shop.app, AccountKind::Customer, ANN).await.unwrap();
    }
    assert_eq!(mails(&shop).len(), 5);
    at(&shop, 3_601);
    register(&shop.app, registration(ANN)).await.unwrap();
    assert_eq!(mails(&shop).len(), 6);
}

async fn of_many_who_confirm_at_once_one_makes_the_account(shop: TestShop) {
    let mut codes = Vec::new();
    for _ in 0..5 {
        register(&shop.app, registration(ANN)).await.unwrap();
        codes.extend(std::iter::repeat_n(code(&shop, ANN), 4));
    }
    let all = codes.iter().map(|code| verify_email(&shop.app, code));
    let done = futures_util::future::join_all(all).await;
    assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1, "{done:?}");
    for failed in done.into_iter().filter(Result::is_err) {
        assert_eq!(problem(failed).0, Reason::Expired);
    }
    assert_eq!(shop.number("SELECT count(*) FROM account").await, 1);
}

async fn the_oldest_device_makes_room(shop: TestShop) {
    customer(&shop, ANN).await;
    let first = customer_signs_in(&shop, ANN).await;
    for seconds in 1..=50 {
        at(&shop, seconds);
        customer_signs_in(&shop, ANN).await;
    }
    assert!(!is_signed_in(&shop, &first).await);
    assert_eq!(shop.number("SELECT count(*) FROM session WHERE ended_at IS NULL").await, 50);
}

async fn what_is_over_is_tidied_away(shop: TestShop) {
    customer(&shop, ANN).await;
    let tokens = customer_signs_in(&shop, ANN).await;
    let viewer = authenticate(&shop.app, &tokens.access_token).await.unwrap();
    sign_out(&shop.app, &viewer, None).await.unwrap();
    tidy(&shop.app).await.unwrap();
    assert_eq!(shop.number("SELECT count(*) FROM session").await, 1);
    at(&shop, 40 * 86_400);
    tidy(&shop.app).await.unwrap();
    assert_eq!(shop.number("SELECT count(*) FROM session").await, 0);
    assert_eq!(shop.number("SELECT count(*) FROM one_time_code").await, 0);
}
