//! Identity as frontends meet it: over HTTP, in GraphQL.

use axum::body::{Body, to_bytes};
use http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};

use super::{PASSWORD, code, staff_member};
use crate::harness::{TestShop, on_each_engine};

const ANN: &str = "ann@example.com";

on_each_engine! {
    sample: an_app_signs_up_in_and_out, a_browser_keeps_its_tokens_in_cookies, the_back_office_manages_staff_and_tokens,
        ids_of_others_are_not_there, answers_about_addresses_are_the_same_byte_for_byte;
}

struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Reply {
    /// What a root field answers, where nothing was wrong.
    #[track_caller]
    fn of(&self, field: &str) -> &Value {
        let found = &self.body["data"][field];
        assert!(found.is_object() || found.is_array(), "{field}: {}", self.body);
        assert!(found["userErrors"].as_array().is_none_or(Vec::is_empty), "{field}: {}", self.body);
        found
    }

    /// The code and place of the one thing that was wrong.
    #[track_caller]
    fn refused(&self, field: &str) -> (String, String) {
        let errors =
            self.body["data"][field]["userErrors"].as_array().unwrap_or_else(|| panic!("{}", self.body));
        assert_eq!(errors.len(), 1, "{}", self.body);
        let place = errors[0]["field"].as_array().into_iter().flatten().filter_map(Value::as_str);
        (errors[0]["code"].as_str().unwrap().to_owned(), place.collect::<Vec<_>>().join("."))
    }

    fn cookies(&self) -> String {
        let all = self.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
        all.filter_map(|text| text.split(';').next()).collect::<Vec<_>>().join("; ")
    }
}

async fn send(shop: &TestShop, text: &str, input: Value, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::post("/graphql").header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = json!({ "query": text, "variables": { "input": input } }).to_string();
    let response = shop.http(request.body(Body::from(body)).unwrap()).await;
    let (head, body) = response.into_parts();
    let body = to_bytes(body, 1_000_000).await.unwrap();
    Reply { status: head.status, headers: head.headers, body: serde_json::from_slice(&body).unwrap() }
}

const ERRORS: &str = "userErrors { code field message }";

fn mutation(field: &str, of: &str, selection: &str) -> String {
    format!("mutation ($input: {of}!) {{ {field}(input: $input) {{ {selection} {ERRORS} }} }}")
}

async fn plain(shop: &TestShop, field: &str, of: &str, selection: &str, input: Value) -> Reply {
    send(shop, &mutation(field, of, selection), input, &[]).await
}

async fn sign_up(shop: &TestShop, email: &str) {
    let input = json!({ "email": email, "password": PASSWORD, "name": "Ann" });
    plain(shop, "customerRegister", "CustomerRegisterInput", "isDone", input).await.of("customerRegister");
    let input = json!({ "code": code(shop, email) });
    plain(shop, "emailVerify", "CodeInput", "isDone", input).await.of("emailVerify");
}

const TOKENS: &str = "accessToken expiresIn refreshToken refreshExpiresAt";

async fn sign_in(shop: &TestShop, field: &str, email: &str) -> (String, String) {
    let input = json!({ "email": email, "password": PASSWORD, "device": "Test" });
    let reply =
        plain(shop, field, "SignInInput", &format!("account {{ email isStaff }} {TOKENS}"), input).await;
    let told = reply.of(field);
    assert_eq!((&told["account"]["email"], &told["expiresIn"]), (&json!(email), &json!(600)));
    let text = |name: &str| told[name].as_str().unwrap().to_owned();
    (format!("Bearer {}", text("accessToken")), text("refreshToken"))
}

async fn an_app_signs_up_in_and_out(shop: TestShop) {
    sign_up(&shop, ANN).await;
    let (bearer, refresh_token) = sign_in(&shop, "signIn", ANN).await;
    let me = "{ me { email name isStaff } devices { name isCurrent } }";
    let reply = send(&shop, me, Value::Null, &[("authorization", &bearer)]).await;
    assert_eq!(reply.of("me")["email"], ANN);
    assert_eq!(reply.of("devices"), &json!([{ "name": "Test", "isCurrent": true }]));
    let anonymous = send(&shop, "{ me { email } }", Value::Null, &[]).await;
    assert_eq!(anonymous.body["data"], json!({ "me": null }));
    let hidden = send(&shop, "{ devices { name } }", Value::Null, &[]).await;
    assert!(hidden.body.get("data").is_none(), "{}", hidden.body);

    let input = json!({ "refreshToken": refresh_token });
    let next = plain(&shop, "tokenRefresh", "TokenRefreshInput", TOKENS, input.clone()).await;
    let next_token = next.of("tokenRefresh")["refreshToken"].clone();
    assert_ne!(next_token, input["refreshToken"]);
    let again = plain(&shop, "tokenRefresh", "TokenRefreshInput", TOKENS, input).await;
    assert_eq!(again.of("tokenRefresh")["refreshToken"], next_token);

    let out = format!("mutation {{ signOut {{ isDone {ERRORS} }} }}");
    send(&shop, &out, Value::Null, &[("authorization", &bearer)]).await.of("signOut");
    let after = send(&shop, me, Value::Null, &[("authorization", &bearer)]).await;
    assert_eq!(after.status, StatusCode::UNAUTHORIZED);
    let input = json!({ "refreshToken": next_token });
    let ended = plain(&shop, "tokenRefresh", "TokenRefreshInput", TOKENS, input).await;
    assert_eq!(ended.refused("tokenRefresh"), ("EXPIRED".to_owned(), "refreshToken".to_owned()));
    let wrong = json!({ "email": ANN, "password": "wrong horse" });
    let wrong = plain(&shop, "signIn", "SignInInput", TOKENS, wrong).await;
    assert_eq!(wrong.refused("signIn"), ("WRONG_CREDENTIALS".to_owned(), String::new()));
}

async fn a_browser_keeps_its_tokens_in_cookies(shop: TestShop) {
    sign_up(&shop, ANN).await;
    let input = json!({ "email": ANN, "password": PASSWORD, "cookies": true });
    let reply = plain(&shop, "signIn", "SignInInput", TOKENS, input).await;
    let told = reply.of("signIn");
    assert_eq!((&told["accessToken"], &told["refreshToken"]), (&Value::Null, &Value::Null));
    let cookies = reply.cookies();
    assert!(
        cookies.contains("__Host-vitrine-access=") && cookies.contains("__Host-vitrine-refresh="),
        "{cookies}"
    );
    for value in reply.headers.get_all("set-cookie") {
        let text = value.to_str().unwrap();
        assert!(
            text.contains("HttpOnly") && text.contains("Secure") && text.contains("SameSite=Lax"),
            "{text}"
        );
    }

    let as_browser = [("cookie", cookies.as_str()), ("apollo-require-preflight", "1")];
    let me = send(&shop, "{ me { email } }", Value::Null, &as_browser).await;
    assert_eq!(me.of("me")["email"], ANN);
    let foreign = send(&shop, "{ me { email } }", Value::Null, &[("cookie", &cookies)]).await;
    assert_eq!(foreign.status, StatusCode::BAD_REQUEST);

    // The access cookie is gone after a while; the refresh cookie brings a new one.
    let refresh = cookies.split("; ").find(|pair| pair.contains("refresh")).unwrap().to_owned();
    let only_refresh = [("cookie", refresh.as_str()), ("apollo-require-preflight", "1")];
    let text = mutation("tokenRefresh", "TokenRefreshInput", TOKENS);
    let next = send(&shop, &text, json!({}), &only_refresh).await;
    assert_eq!(next.of("tokenRefresh")["accessToken"], Value::Null);
    let renewed = next.cookies();
    let as_browser = [("cookie", renewed.as_str()), ("apollo-require-preflight", "1")];
    assert_eq!(send(&shop, "{ me { email } }", Value::Null, &as_browser).await.of("me")["email"], ANN);

    let out = format!("mutation {{ signOut {{ isDone {ERRORS} }} }}");
    let gone = send(&shop, &out, Value::Null, &as_browser).await;
    gone.of("signOut");
    assert_eq!(gone.cookies(), "__Host-vitrine-access=; __Host-vitrine-refresh=");
    let ended = send(&shop, &text, json!({}), &as_browser[..]).await;
    assert_eq!(ended.status, StatusCode::UNAUTHORIZED, "the access cookie is of a device that is signed out");
    let refresh = renewed.split("; ").find(|pair| pair.contains("refresh")).unwrap().to_owned();
    let ended =
        send(&shop, &text, json!({}), &[("cookie", &refresh), ("apollo-require-preflight", "1")]).await;
    assert_eq!(ended.refused("tokenRefresh").0, "EXPIRED");
    assert_eq!(ended.cookies(), "__Host-vitrine-access=; __Host-vitrine-refresh=");
}

async fn the_back_office_manages_staff_and_tokens(shop: TestShop) {
    staff_member(&shop, "owner@example.com", "owner").await;
    let (bearer, _) = sign_in(&shop, "staffSignIn", "owner@example.com").await;
    let owner = [("authorization", bearer.as_str())];
    let role = json!({ "handle": "clerk", "name": "Clerk", "permissions": ["stock.write", "staff.write"] });
    let reply =
        send(&shop, &mutation("roleCreate", "RoleCreateInput", "role { id permissions }"), role, &owner)
            .await;
    let role = reply.of("roleCreate")["role"]["id"].clone();
    let invite = mutation("staffInvite", "StaffInviteInput", "staffMember { id isInvited roles { handle } }");
    let reply = send(&shop, &invite, json!({ "email": "eve@example.com", "roles": [role] }), &owner).await;
    let eve = reply.of("staffInvite")["staffMember"].clone();
    assert_eq!((&eve["isInvited"], &eve["roles"][0]["handle"]), (&json!(true), &json!("clerk")));
    let input = json!({ "code": code(&shop, "eve@example.com"), "password": PASSWORD, "name": "Eve" });
    plain(&shop, "invitationAccept", "InvitationAcceptInput", "isDone", input).await.of("invitationAccept");

    let (bearer, _) = sign_in(&shop, "staffSignIn", "eve@example.com").await;
    let clerk = [("authorization", bearer.as_str())];
    let rights = send(&shop, "{ permissions { name isYours } }", Value::Null, &clerk).await;
    let mine: Vec<&Value> = rights
        .of("permissions")
        .as_array()
        .unwrap()
        .iter()
        .filter(|right| right["isYours"] == true)
        .collect();
    assert_eq!(mine.len(), 2);
    let hidden = send(&shop, "{ staff { id } }", Value::Null, &clerk).await;
    assert!(hidden.body.get("data").is_none(), "{}", hidden.body);
    let roles = send(&shop, "{ roles { id isOwner } }", Value::Null, &owner).await;
    let owners =
        roles.of("roles").as_array().unwrap().iter().find(|role| role["isOwner"] == true).unwrap()["id"]
            .clone();
    let grab = mutation("staffRolesSet", "StaffRolesSetInput", "staffMember { id }");
    let reply = send(&shop, &grab, json!({ "id": eve["id"], "roles": [owners] }), &clerk).await;
    assert_eq!(reply.refused("staffRolesSet"), ("NOT_YOURS".to_owned(), "roles.0".to_owned()));

    let make = mutation("appTokenCreate", "AppTokenCreateInput", "token appToken { id hint scopes usedAt }");
    let reply = send(&shop, &make, json!({ "name": "Sync", "scopes": ["staff.read"] }), &owner).await;
    let made = reply.of("appTokenCreate").clone();
    let app = format!("Bearer {}", made["token"].as_str().unwrap());
    let app = [("authorization", app.as_str())];
    assert_eq!(
        send(&shop, "{ staff { account { email } } }", Value::Null, &app)
            .await
            .of("staff")
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let listed = send(&shop, "{ appTokens { id revokedAt } }", Value::Null, &owner).await;
    assert_eq!(listed.of("appTokens")[0]["id"], made["appToken"]["id"]);
    let revoke = mutation("appTokenRevoke", "AppTokenRevokeInput", "appToken { revokedAt }");
    send(&shop, &revoke, json!({ "id": made["appToken"]["id"] }), &owner).await.of("appTokenRevoke");
    assert_eq!(send(&shop, "{ shop { name } }", Value::Null, &app).await.status, StatusCode::UNAUTHORIZED);

    let shut = mutation("staffDeactivate", "StaffDeactivateInput", "staffMember { deactivatedAt }");
    let reply = send(&shop, &shut, json!({ "id": eve["id"] }), &owner).await;
    assert!(reply.of("staffDeactivate")["staffMember"]["deactivatedAt"].is_string());
    assert_eq!(send(&shop, "{ shop { name } }", Value::Null, &clerk).await.status, StatusCode::UNAUTHORIZED);
    let delete = mutation("roleDelete", "RoleDeleteInput", "deletedId");
    let used = send(&shop, &delete, json!({ "id": role }), &owner).await;
    assert_eq!(used.refused("roleDelete"), ("IN_USE".to_owned(), "id".to_owned()));
}

async fn ids_of_others_are_not_there(shop: TestShop) {
    sign_up(&shop, ANN).await;
    sign_up(&shop, "bob@example.com").await;
    let (ann, _) = sign_in(&shop, "signIn", ANN).await;
    let (bob, _) = sign_in(&shop, "signIn", "bob@example.com").await;
    let reply = send(&shop, "{ devices { id } me { id } }", Value::Null, &[("authorization", &bob)]).await;
    let (device, account) = (reply.of("devices")[0]["id"].clone(), reply.of("me")["id"].clone());
    let out = mutation("signOutDevice", "SignOutDeviceInput", "isDone");
    for id in [device, account, json!("ses_nonsense"), json!("")] {
        let reply = send(&shop, &out, json!({ "id": id }), &[("authorization", &ann)]).await;
        assert_eq!(reply.refused("signOutDevice"), ("NOT_FOUND".to_owned(), "id".to_owned()));
    }
    assert_eq!(
        send(&shop, "{ me { id } }", Value::Null, &[("authorization", &bob)]).await.status,
        StatusCode::OK
    );
}

async fn answers_about_addresses_are_the_same_byte_for_byte(shop: TestShop) {
    sign_up(&shop, ANN).await;
    let fixed = [("x-request-id", "same")];
    for (field, of, known, unknown) in [
        (
            "customerRegister",
            "CustomerRegisterInput",
            json!({ "email": ANN, "password": PASSWORD }),
            json!({ "email": "new@example.com", "password": PASSWORD }),
        ),
        (
            "passwordResetRequest",
            "PasswordResetRequestInput",
            json!({ "email": ANN }),
            json!({ "email": "nobody@example.com" }),
        ),
        (
            "signIn",
            "SignInInput",
            json!({ "email": ANN, "password": "wrong horse" }),
            json!({ "email": "nobody@example.com", "password": "wrong horse" }),
        ),
    ] {
        let selection = if field == "signIn" { "expiresIn" } else { "isDone" };
        let text = mutation(field, of, selection);
        let (one, other) =
            (send(&shop, &text, known, &fixed).await, send(&shop, &text, unknown, &fixed).await);
        assert_eq!((one.status, one.body, one.headers), (other.status, other.body, other.headers), "{field}");
    }
}
