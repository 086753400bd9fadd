//! The parameters in a URL, read strictly: UTF-8 only, no null characters, nothing given twice.

use percent_encoding::percent_decode_str;

use super::error::Rejection;

/// The parameters of one URL, in its order.
#[derive(Debug, Default)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads `application/x-www-form-urlencoded` text as the URL standard's `URLSearchParams` does,
    /// except that text which is not UTF-8 is refused instead of repaired.
    ///
    /// # Errors
    /// 400 if a name or value is not UTF-8 or holds a null character.
    pub fn parse(query: Option<&str>) -> Result<Self, Rejection> {
        query
            .unwrap_or_default()
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                Ok((decode(name)?, decode(value)?))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Takes out the value of `name`.
    ///
    /// # Errors
    /// 400 if it is given more than once.
    pub fn take(&mut self, name: &'static str) -> Result<Option<String>, Rejection> {
        let mut values = self.0.extract_if(.., |(key, _)| key == name);
        let value = values.next().map(|(_, value)| value);
        if values.next().is_some() {
            return Err(Rejection::bad_request(format!("The parameter `{name}` is given twice.")));
        }
        Ok(value)
    }
}

fn decode(text: &str) -> Result<String, Rejection> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced)
        .decode_utf8()
        .map_err(|_| Rejection::bad_request("The parameters in the URL are not UTF-8."))?;
    if decoded.contains('\0') {
        return Err(Rejection::bad_request("The parameters in the URL hold a null character."));
    }
    Ok(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> Parameters {
        Parameters::parse(Some(query)).expect("readable")
    }

    #[test]
    fn plus_and_percent_are_decoded_in_names_and_values() {
        let mut parameters = parse("a+b=1%2B1&c=gr%C3%BCn&empty=&flag&x=1=2");
        assert_eq!(parameters.take("a b").expect("once").as_deref(), Some("1+1"));
        assert_eq!(parameters.take("c").expect("once").as_deref(), Some("grün"));
        assert_eq!(parameters.take("empty").expect("once").as_deref(), Some(""));
        assert_eq!(parameters.take("flag").expect("once").as_deref(), Some(""));
        assert_eq!(parameters.take("x").expect("once").as_deref(), Some("1=2"));
        assert_eq!(parameters.take("missing").expect("none"), None);
    }

    #[test]
    fn a_parameter_given_twice_is_refused_even_with_the_same_value() {
        let refused = parse("query=a&other=b&query=a").take("query");
        assert!(refused.is_err());
        assert!(parse("query=a&%71uery=a").take("query").is_err());
    }

    #[test]
    fn text_that_is_not_utf_8_or_holds_a_null_is_refused() {
        for query in ["q=%FF", "q=%C3", "%FF=1", "q=a%00b"] {
            assert!(Parameters::parse(Some(query)).is_err(), "{query}");
        }
    }

    #[test]
    fn half_an_escape_stays_as_it_is() {
        assert_eq!(parse("q=100%").take("q").expect("once").as_deref(), Some("100%"));
    }
}
