//! Changing single products: what staff do in a back office.
