//! Any payment gateway with its tax service behind one type, so that a world can command one that is not the double in memory.

use app::{
    failure::Failure,
    ports::{
        EventPage, GatewayCommand, GatewayRecord, Made, PaymentGateway, RecordPage, TaxService,
    },
};
use domain::{
    inbound::Inbound,
    order::{EffectOutcome, TaxAnswer, TaxQuestion},
    reconciliation::{GatewayObject, ObjectKind},
};
use futures_util::future::BoxFuture;
use jiff::Timestamp;

macro_rules! any_gateway {
    ($life:lifetime $($port:ident {
        $(fn $name:ident(&self $(, $arg:ident: $type:ty)*) -> $out:ty;)*
    })*) => {
        /// The methods of the ports, as an object.
        pub trait AnyGateway: Send + Sync {
            $($(
                /// As the port's.
                fn $name<$life>(&$life self $(, $arg: $type)*) -> BoxFuture<$life, Result<$out, Failure>>;
            )*)*
        }

        impl<G: PaymentGateway + TaxService + Send + Sync> AnyGateway for G {
            $($(fn $name<$life>(&$life self $(, $arg: $type)*) -> BoxFuture<$life, Result<$out, Failure>> {
                Box::pin($port::$name(self $(, $arg)*))
            })*)*
        }
    };
}

any_gateway! { 'a
    PaymentGateway {
        fn perform(&self, command: &'a GatewayCommand) -> Option<EffectOutcome>;
        fn find(&self, command: &'a GatewayCommand) -> Option<EffectOutcome>;
        fn payment(&self, intent: &'a str) -> Option<Vec<Inbound>>;
        fn events(&self, since: Timestamp, after: Option<&'a str>) -> Option<EventPage>;
        fn list(&self, kind: ObjectKind, made: Made, after: Option<&'a str>) -> Option<RecordPage>;
        fn look_up(&self, object: &'a GatewayObject) -> Option<GatewayRecord>;
    }
    TaxService {
        fn reverse(&self, command: &'a GatewayCommand) -> Option<EffectOutcome>;
        fn calculate(&self, service: &'a str, question: &'a TaxQuestion) -> TaxAnswer;
    }
}
