//! The scanner and the preparer.

use async_graphql::Variables;
use vitrine::graphql::gate::{Limits, Model, Prepared, Refusal, check, prepare, scan};
use vitrine::graphql::sdl;
use vitrine::services::{Code, Viewer};

use crate::mutate;
use crate::random::Random;
use crate::seeds;

pub struct Target {
    model: Model,
    limits: Limits,
    seeds: Vec<(String, String)>,
    words: Vec<String>,
}

impl Target {
    pub fn new() -> Self {
        let model = Model::parse(&sdl()).unwrap();
        let (seeds, words) = (seeds::documents(), seeds::words());
        Self { model, limits: Limits::default(), seeds, words }
    }

    /// A document that is none is refused with a known code; one that is costs the same however it is laid out.
    pub fn once(&self, random: &mut Random) -> bool {
        let (one, other) = (&random.pick(&self.seeds).0, &random.pick(&self.seeds).0);
        let text = mutate::document(random, one, other, &self.words);
        let scanned = scan(&text, &self.limits);
        let prepared = prepare(&text, &self.model, &self.limits);
        if let Err(refusal) = &scanned {
            known(refusal, &text);
            assert!(prepared.is_err(), "what the scanner refuses is not prepared: {text}");
        }
        let prepared = match prepared {
            Ok(prepared) => prepared,
            Err(refusal) => {
                known(&refusal, &text);
                return false;
            }
        };
        assert!(!prepared.operations.is_empty(), "{text}");
        assert!(prepared.bytes < 64 << 20, "{} bytes for {text}", prepared.bytes);
        for outcome in [prepared.names.check(&Viewer::Anonymous, &self.model), check(&prepared, &self.model)]
        {
            if let Err(refusal) = outcome {
                known(&refusal, &text);
            }
        }
        self.again(&text, &prepared);
        true
    }

    /// Printed anew, one token a line with commas and comments between, it is the same document.
    fn again(&self, text: &str, prepared: &Prepared) {
        // The library's grammar takes nothing but white space behind `on`, where the specification allows commas, too.
        let lay = |token: String| if token == "on" { "on\n".to_owned() } else { token + " ,#\n" };
        let again: String = mutate::tokens(text).into_iter().map(lay).collect();
        if again.len() > self.limits.text_bytes {
            return;
        }
        let second = prepare(&again, &self.model, &self.limits)
            .unwrap_or_else(|refusal| panic!("refused when laid out anew: {refusal}\n{text}"));
        let costs = |prepared: &Prepared| {
            let costs = prepared.operations.iter().map(|it| it.cost.evaluate(&Variables::default()));
            costs.collect::<Vec<_>>()
        };
        assert_eq!(costs(prepared), costs(&second), "{text}");
        let names =
            |prepared: &Prepared| prepared.operations.iter().map(|it| it.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(prepared), names(&second), "{text}");
    }
}

fn known(refusal: &Refusal, text: &str) {
    assert!(matches!(refusal.code, Code::BadRequest | Code::CostExceeded), "{refusal} for {text}");
    assert!((1..=20).contains(&refusal.errors.len()), "{} problems for {text}", refusal.errors.len());
    assert!(refusal.errors.iter().all(|problem| problem.message.len() < 2_000), "{refusal} for {text}");
}
