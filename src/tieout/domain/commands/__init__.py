"""Everything Tieout can ask a remote system to do.

A command is a value with a key. Its `figures()` are what must be read back, to the penny: a
connector's look returns the same figures of what really stands there.
"""

from __future__ import annotations

from tieout.domain.commands.base import Command, Figures, Found, differences, plain, summed
from tieout.domain.commands.books import JournalLine, PostBankEntry, PostJournal, TransferCash
from tieout.domain.commands.customers import AddDeliveryAddress, OpenCustomer, WriteMemo
from tieout.domain.commands.ledger import (
    AllocateCredit,
    AllocatePostings,
    CreditLine,
    LedgerLine,
    LedgerSide,
    PostReceipt,
    PostRefundPayment,
    RaiseCreditNote,
    RaiseInvoice,
    analysis_figures,
    document_figures,
    payment_figures,
)
from tieout.domain.commands.orders import (
    AllocateOrder,
    AmendOrder,
    CancelOrder,
    Despatch,
    DespatchLine,
    EnterOrder,
    EntryLine,
    LineAmendment,
    LineKind,
    OrderPayment,
    PostSopInvoice,
)
from tieout.domain.commands.returns import (
    BinLine,
    CancelReturn,
    PostSopCreditNote,
    RaiseReturn,
    ReceiveReturn,
    ReturnLine,
    return_figures,
)
from tieout.domain.commands.stock import (
    BatchQuantity,
    CountedBin,
    CountStock,
    IssueStock,
    MoveStock,
    WriteOff,
    WriteOn,
    stock_figures,
)
from tieout.domain.commands.storefront import (
    FulfilOrder,
    MarkDone,
    OfferLine,
    RaiseAvailability,
    Refund,
    RefundLine,
    ReleaseOutcome,
    SentLine,
    fulfilment_figures,
    offer_figures,
    refund_figures,
)
from tieout.domain.commands.warehouse import (
    REFERENCE_LETTERS,
    CancelShipmentRequest,
    RequestLine,
    SendShipmentRequest,
    request_figures,
)
from tieout.domain.documents.address import PostalAddress

__all__ = [
    "REFERENCE_LETTERS",
    "AddDeliveryAddress",
    "AllocateCredit",
    "AllocateOrder",
    "AllocatePostings",
    "AmendOrder",
    "AnyCommand",
    "BatchQuantity",
    "BinLine",
    "BooksCommand",
    "CancelOrder",
    "CancelReturn",
    "CancelShipmentRequest",
    "Command",
    "CountStock",
    "CountedBin",
    "CreditLine",
    "CustomerCommand",
    "Despatch",
    "DespatchLine",
    "EnterOrder",
    "EntryLine",
    "Figures",
    "Found",
    "FulfilOrder",
    "IssueStock",
    "JournalLine",
    "LedgerCommand",
    "LedgerLine",
    "LedgerSide",
    "LineAmendment",
    "LineKind",
    "MarkDone",
    "MoveStock",
    "OfferLine",
    "OpenCustomer",
    "OrderCommand",
    "OrderPayment",
    "PortalCommand",
    "PostBankEntry",
    "PostJournal",
    "PostReceipt",
    "PostRefundPayment",
    "PostSopCreditNote",
    "PostSopInvoice",
    "PostalAddress",
    "RaiseAvailability",
    "RaiseCreditNote",
    "RaiseInvoice",
    "RaiseReturn",
    "ReceiveReturn",
    "Refund",
    "RefundLine",
    "ReleaseOutcome",
    "RequestLine",
    "ReturnCommand",
    "ReturnLine",
    "SendShipmentRequest",
    "SentLine",
    "ShopCommand",
    "StockCommand",
    "TransferCash",
    "WarehouseCommand",
    "WriteMemo",
    "WriteOff",
    "WriteOn",
    "analysis_figures",
    "differences",
    "document_figures",
    "fulfilment_figures",
    "offer_figures",
    "payment_figures",
    "plain",
    "refund_figures",
    "request_figures",
    "return_figures",
    "stock_figures",
    "summed",
]

ReturnCommand = RaiseReturn | CancelReturn | ReceiveReturn | PostSopCreditNote
OrderCommand = EnterOrder | AmendOrder | AllocateOrder | CancelOrder | Despatch | PostSopInvoice
LedgerCommand = RaiseCreditNote | PostRefundPayment | AllocateCredit | RaiseInvoice | PostReceipt | AllocatePostings
BooksCommand = PostBankEntry | TransferCash | PostJournal
StockCommand = WriteOn | WriteOff | IssueStock | MoveStock | CountStock
CustomerCommand = OpenCustomer | AddDeliveryAddress | WriteMemo
ShopCommand = Refund | RaiseAvailability | FulfilOrder
PortalCommand = ReleaseOutcome | MarkDone
WarehouseCommand = SendShipmentRequest | CancelShipmentRequest
AnyCommand = (
    ReturnCommand
    | OrderCommand
    | LedgerCommand
    | BooksCommand
    | StockCommand
    | CustomerCommand
    | ShopCommand
    | PortalCommand
    | WarehouseCommand
)
