//! `PUT /uploads/<token>`: takes one image at an address that works once.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{BodyDataStream, HttpBody};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, put};
use futures_util::StreamExt;
use http::StatusCode;
use http::header::CONNECTION;

use super::caller::RequestId;
use super::error::{JSON, Rejection};
use crate::infrastructure::media::MediaFolder;
use crate::services::error::Code;
use crate::services::uploads::{self, LARGEST, Receiving, Refusal};
use crate::services::{AppContext, Error};

/// What stands before the token in the path.
const PREFIX: &str = "/uploads/";

/// The longest that a sender may take.
const TIME: Duration = Duration::from_mins(1);

/// How long what comes after a refusal is read and thrown away, so that the sender sees the refusal.
const DISCARD_TIME: Duration = Duration::from_secs(2);

/// Takes images into a folder.
pub fn endpoint<S>(app: Arc<AppContext>, folder: &Path) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    let folder = MediaFolder::new(folder);
    put(move |request| {
        let (app, folder) = (Arc::clone(&app), folder.clone());
        async move { handle(request, &app, &folder).await }
    })
}

async fn handle(request: Request, app: &AppContext, folder: &MediaFolder) -> Response {
    let (head, body) = request.into_parts();
    let declared = body.size_hint().lower();
    let mut stream = body.into_data_stream();
    let token = head.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    let taken = if declared > LARGEST.unsigned_abs() {
        Err(refused(Refusal::TooLarge))
    } else {
        take(app, folder, token, &mut stream).await
    };
    match taken {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(rejection) => {
            discard(stream);
            rejection.into_response(RequestId::of(&head.extensions).as_str(), JSON)
        }
    }
}

async fn take(
    app: &AppContext,
    folder: &MediaFolder,
    token: &str,
    stream: &mut BodyDataStream,
) -> Result<(), Rejection> {
    let claimed = uploads::claim(app, folder, token).await.map_err(failed)?;
    let Some(mut receiving) = claimed else { return Err(Rejection::not_found()) };
    let came = tokio::time::timeout(TIME, receive(&mut receiving, stream)).await;
    match came.unwrap_or_else(|_| Err(too_slow())) {
        Ok(()) => receiving.finish(app).await.map_err(failed)?.map_err(refused),
        Err(rejection) => {
            receiving.refuse(app).await.map_err(failed)?;
            Err(rejection)
        }
    }
}

async fn receive(receiving: &mut Receiving, stream: &mut BodyDataStream) -> Result<(), Rejection> {
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Rejection::bad_request("The body broke off."))?;
        receiving.write(&chunk).await.map_err(failed)?.map_err(refused)?;
    }
    Ok(())
}

fn discard(mut stream: BodyDataStream) {
    tokio::spawn(tokio::time::timeout(DISCARD_TIME, async move {
        let mut left = LARGEST.unsigned_abs();
        while let Some(Ok(chunk)) = stream.next().await {
            match left.checked_sub(chunk.len() as u64) {
                Some(rest) => left = rest,
                None => break,
            }
        }
    }));
}

fn refused(refusal: Refusal) -> Rejection {
    let status = match refusal {
        Refusal::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::TooSmall | Refusal::NoImage | Refusal::OtherType => StatusCode::BAD_REQUEST,
    };
    Rejection::new(status, Code::BadRequest, format!("The upload was refused: {refusal}."))
}

fn too_slow() -> Rejection {
    let message = "The body took too long to arrive.";
    Rejection::new(StatusCode::REQUEST_TIMEOUT, Code::Timeout, message).with_header(CONNECTION, "close")
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
/// What went wrong on our side goes to the log; the sender may ask for another address.
fn failed(error: Error) -> Rejection {
    if error.code() == Code::Unavailable {
        let message = "The service is busy, try again in a moment.";
        return Rejection::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, message);
    }
    tracing::error!(?error, "an upload failed");
    Rejection::internal()
}
