//! A JavaScript function as the token counter.

use super::reply::{Reply, wait};
use crate::run::{is_stopped, tell_trouble};
use napi::Status;
use napi::bindgen_prelude::{FnArgs, Function};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;
use pampax_core::Error;
use pampax_core::host::{BoxError, Clock, SystemClock, TokenCounter};
use std::time::Duration;

/// The longest that one text may take.
const PATIENCE: Duration = Duration::from_secs(30);

type Arguments = FnArgs<(Reply, String)>;

/// A token counter of JavaScript.
#[napi(object, object_to_js = false)]
pub struct TokenCounterSeam<'env> {
    /// The name by which requests choose it.
    pub name: String,
    /// Answers the reply with the number of tokens of the text. Must not throw.
    pub count: Function<'env, Arguments, ()>,
}

/// A function as the token counter. It does not keep the process alive.
pub struct JsTokenCounter {
    name: String,
    count: ThreadsafeFunction<Arguments, (), Arguments, Status, false, true>,
}

impl JsTokenCounter {
    /// The counter of `seam`.
    ///
    /// # Errors
    /// What Node says.
    pub fn new(seam: TokenCounterSeam<'_>) -> napi::Result<JsTokenCounter> {
        let count = seam.count.build_threadsafe_function::<Arguments>().weak::<true>();
        let count = count.build_callback(|context| Ok(context.value))?;
        Ok(JsTokenCounter { name: seam.name, count })
    }

    fn ask(&self, text: &str) -> Result<usize, BoxError> {
        let (reply, receiver) = Reply::new();
        let status = self.count.call((reply, text.to_owned()).into(), ThreadsafeFunctionCallMode::NonBlocking);
        if status != Status::Ok {
            return Err(format!("the function cannot be called: {status}").into());
        }
        let clock = SystemClock::new();
        let numbers = wait(&receiver, || match Duration::from_nanos(clock.monotonic_ns()) < PATIENCE {
            true if is_stopped() => Err("nobody waits for it any more".into()),
            true => Ok(()),
            false => Err(format!("it gave no answer within {} s", PATIENCE.as_secs()).into()),
        })?;
        match numbers[..] {
            [count] if count >= 0.0 && count.is_finite() => Ok(count as usize),
            _ => Err("it gave no number of tokens".into()),
        }
    }
}

impl TokenCounter for JsTokenCounter {
    fn name(&self) -> &str {
        &self.name
    }

    /// Where the function fails, the call ends with its error; until it does, a text has as many tokens as bytes.
    fn count(&self, text: &str) -> usize {
        self.ask(text).unwrap_or_else(|why| {
            // A call that was stopped ends as such, and not with what was packed by wrong numbers.
            tell_trouble(match is_stopped() {
                true => Error::Cancelled { stage: "count" },
                false => Error::argument("tokenCounter", why.to_string()),
            });
            text.len()
        })
    }
}
