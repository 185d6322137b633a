import json
import sys
from dataclasses import dataclass


@dataclass
class Address:
    city: str
    number: int


@dataclass
class Person:
    id: int
    name: str
    email: str
    is_active: bool
    score: float
    tags: list[str]
    address: Address


def expect(value, kind):
    if not isinstance(value, kind):
        raise TypeError(f"json: a {kind} is expected")
    return value


def decoded(value):
    address = value["address"]
    return Person(
        expect(value["id"], int), expect(value["name"], str), expect(value["email"], str), expect(value["active"], bool), expect(value["score"], float),
        [expect(tag, str) for tag in value["tags"]], Address(expect(address["city"], str), expect(address["number"], int)))


text = open(sys.argv[1] + "/people.json", encoding="utf-8").read()
total = 0.0
for _ in range(2):
    for p in [decoded(value) for value in json.loads(text)]:
        total += p.score + (len(p.tags) + p.address.number + p.id)
print(f"{total:.2f}")
