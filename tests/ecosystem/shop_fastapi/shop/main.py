"""The API of the shop."""

from fastapi import FastAPI, Header
from mangum import Mangum
from pydantic import BaseModel

from shop import carts, mail, orders

app = FastAPI()


class Order(BaseModel):
    customer: str
    email: str
    lines: list[str]


@app.get("/orders/{order_id}")
def read_order(order_id: str):
    return orders.read(order_id)


@app.post("/orders")
def create_order(order: Order):
    order_id = orders.create(order.customer, order.lines)
    mail.thank(order.email, order_id)
    return {"order_id": order_id}


@app.put("/orders/{order_id}")
def replace_order(order_id: str, order: Order):
    orders.replace(order_id, order.customer, order.lines)


@app.post("/carts/{cart_id}/lines")
def add_line(cart_id: str, line: str, request_id: str = Header()):
    carts.add(cart_id, line, request_id)


@app.delete("/carts/{cart_id}")
def delete_cart(cart_id: str):
    carts.delete(cart_id)


handler = Mangum(app)
