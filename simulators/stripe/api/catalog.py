"""/v1/products, /v1/prices, /v1/customers, /v1/payment_methods."""

from __future__ import annotations

from simulators.stripe import catalog
from simulators.stripe.api.routing import PAGE, Call, Route, cut_page, listing, one
from simulators.stripe.errors import refused
from simulators.stripe.forms import EXPAND, Spec, Taken, merge_metadata
from simulators.stripe.world import Resource, present

PRODUCT: Spec = {
    "name": str,
    "active": bool,
    "description": str,
    "metadata": Taken.METADATA,
    "statement_descriptor": str,
    "tax_code": str,
    "unit_label": str,
    "url": str,
    "marketing_features": Taken.ANYTHING,
}
RECURRING: Spec = {
    "interval!": ("day", "week", "month", "year"),
    "interval_count": int,
    "usage_type": ("licensed",),
}
PRICE: Spec = {
    "active": bool,
    "lookup_key": str,
    "transfer_lookup_key": bool,
    "metadata": Taken.METADATA,
    "nickname": str,
    "tax_behavior": ("exclusive", "inclusive", "unspecified"),
}
NEW_PRICE: Spec = {"currency!": str, "product!": str, "unit_amount!": int, "recurring": RECURRING}
PRICES_BY: Spec = {
    "active": bool,
    "lookup_keys": [str],
    "product": str,
    "currency": str,
    "type": ("one_time", "recurring"),
    "recurring": {"interval": str, "usage_type": str},
}
CUSTOMER: Spec = {
    "address": Taken.ANYTHING,
    "description": str,
    "email": str,
    "metadata": Taken.METADATA,
    "name": str,
    "phone": str,
    "invoice_settings": {"default_payment_method": str},
}


def _create_product(call: Call) -> Resource:
    return present(call.world, catalog.make_product(call.world, call.given))


def _update_product(call: Call) -> Resource:
    return _update(call, call.named("product"), "product.updated", set(PRODUCT))


def _delete_product(call: Call) -> Resource:
    product = call.named("product")
    if call.world.of("price", product=product["id"]):
        raise refused("This product cannot be deleted because it has one or more user-created prices.")
    call.world.emit("product.deleted", product)
    del call.world.resources[product["id"]]
    return {"id": product["id"], "object": "product", "deleted": True}


def _list_products(call: Call) -> Resource:
    ids, active = call.given.get("ids"), call.given.get("active")
    found = call.world.of("product") if active is None else call.world.of("product", active=active)
    return cut_page(call, [product for product in found if not ids or product["id"] in ids])


def _create_price(call: Call) -> Resource:
    return present(call.world, catalog.make_price(call.world, call.given))


def _update_price(call: Call) -> Resource:
    return present(call.world, catalog.update_price(call.world, call.named("price"), call.given))


def _list_prices(call: Call) -> Resource:
    by = {name: call.given[name] for name in ("active", "product", "currency", "type") if name in call.given}
    keys = call.given.get("lookup_keys")
    if keys and len(keys) > 10:
        raise refused("You may only specify up to 10 lookup_keys.", "lookup_keys")
    found = [price for price in call.world.of("price", **by) if not keys or price["lookup_key"] in keys]
    wanted = (call.given.get("recurring") or {}).items()
    return cut_page(call, [price for price in found if wanted <= (price["recurring"] or {}).items()])


def _create_customer(call: Call) -> Resource:
    return present(call.world, catalog.make_customer(call.world, call.given))


def _retrieve_customer(call: Call) -> Resource:
    customer = call.named("customer")
    if customer.get("deleted"):
        return {"id": customer["id"], "object": "customer", "deleted": True}
    return present(call.world, customer)


def _update_customer(call: Call) -> Resource:
    customer = catalog.live_customer(call.world, call.ids[0], None)
    catalog.check_email(call.given.get("email"))
    settings = {**customer["invoice_settings"], **(call.given.pop("invoice_settings", None) or {})}
    call.given["invoice_settings"] = settings
    return _update(call, customer, "customer.updated", set(CUSTOMER))


def _delete_customer(call: Call) -> Resource:
    catalog.live_customer(call.world, call.ids[0], None)
    return catalog.delete_customer(call.world, call.ids[0])


def _list_customers(call: Call) -> Resource:
    email = call.given.get("email")
    found = [customer for customer in call.world.of("customer") if not customer.get("deleted")]
    return cut_page(call, [customer for customer in found if email is None or customer["email"] == email])


def _update(call: Call, resource: Resource, event: str, names: set[str]) -> Resource:
    with call.world.changing(resource, event):
        resource |= {name: value for name, value in call.given.items() if name in names and name != "metadata"}
        resource["metadata"] = merge_metadata(resource["metadata"], call.given.get("metadata"))
    return present(call.world, resource)


def _list_customer_methods(call: Call) -> Resource:
    return cut_page(call, call.world.of("payment_method", customer=call.ids[0]))


ROUTES = (
    Route("POST", "/products", _create_product, {**PRODUCT, "id": str, "name!": str, **EXPAND}, "product_write"),
    Route("GET", "/products", _list_products, {**PAGE, "active": bool, "ids": [str], **EXPAND}, "product_read"),
    Route("GET", "/products/{}", one("product"), EXPAND, "product_read"),
    Route("POST", "/products/{}", _update_product, {**PRODUCT, **EXPAND}, "product_write"),
    Route("DELETE", "/products/{}", _delete_product, {}, "product_write"),
    Route("POST", "/prices", _create_price, {**PRICE, **NEW_PRICE, **EXPAND}, "plan_write"),
    Route("GET", "/prices", _list_prices, {**PAGE, **PRICES_BY, **EXPAND}, "plan_read"),
    Route("GET", "/prices/{}", one("price"), EXPAND, "plan_read"),
    Route("POST", "/prices/{}", _update_price, {**PRICE, **EXPAND}, "plan_write"),
    Route("POST", "/customers", _create_customer, {**CUSTOMER, **EXPAND}, "customer_write"),
    Route("GET", "/customers", _list_customers, {**PAGE, "email": str, **EXPAND}, "customer_read"),
    Route("GET", "/customers/{}", _retrieve_customer, EXPAND, "customer_read"),
    Route("POST", "/customers/{}", _update_customer, {**CUSTOMER, **EXPAND}, "customer_write"),
    Route("DELETE", "/customers/{}", _delete_customer, {}, "customer_write"),
    Route("GET", "/customers/{}/payment_methods", _list_customer_methods, {**PAGE, **EXPAND}, "customer_read"),
    Route(
        "GET",
        "/payment_methods",
        listing("payment_method"),
        {**PAGE, "customer": str, "type": str, **EXPAND},
        "customer_read",
    ),
    Route("GET", "/payment_methods/{}", one("payment_method"), EXPAND, "customer_read"),
)
