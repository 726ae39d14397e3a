//! One answer of a thread to a future, without a runtime.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

/// The end at which a thread answers. Dropped without an answer, it answers nothing.
#[derive(Debug)]
pub(crate) struct Asked<T>(Arc<Mutex<Slot<T>>>);

/// The end at which a future waits: the answer, or `None` if the thread is gone. Dropping it calls nothing off.
#[derive(Debug)]
pub(crate) struct Answer<T>(Arc<Mutex<Slot<T>>>);

#[derive(Debug)]
struct Slot<T> {
    answer: Option<T>,
    over: bool,
    waker: Option<Waker>,
}

pub(crate) fn channel<T>() -> (Asked<T>, Answer<T>) {
    let slot = Arc::new(Mutex::new(Slot { answer: None, over: false, waker: None }));
    (Asked(Arc::clone(&slot)), Answer(slot))
}

impl<T> Asked<T> {
    pub(crate) fn answer(self, answer: T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).answer = Some(answer);
    }
}

impl<T> Drop for Asked<T> {
    fn drop(&mut self) {
        let waker = {
            let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            slot.over = true;
            slot.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Future for Answer<T> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.over {
            return Poll::Ready(slot.answer.take());
        }
        slot.waker = Some(context.waker().clone());
        Poll::Pending
    }
}
