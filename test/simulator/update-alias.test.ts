import { expect, test } from "vitest";
import { bodyOf, call, pair, simulatorFor } from "./running-simulator.ts";

test("A call with one item sets the alias and names it in data", async () => {
  const simulator = await simulatorFor();
  const { status, json } = await call(simulator, bodyOf(pair("Ann@Old.example")));
  expect(status).toBe(200);
  expect(json).toEqual({
    fail: [],
    meta: { status: 200 },
    data: [
      {
        domain: "old.example",
        isInternal: true,
        alias: "Ann@Old.example",
        aliasDisplayName: "",
        aliasFor: "ann@new.example",
        type: "created_manually",
      },
    ],
  });
  expect([...simulator.aliases]).toEqual([["ann@old.example", "ann@new.example"]]);
});

test("An alias that is set again belongs to the last primary", async () => {
  const simulator = await simulatorFor();
  await call(simulator, bodyOf(pair("a@old.example", "ann@new.example")));
  await call(simulator, bodyOf(pair("A@old.example", "bob@new.example")));
  expect([...simulator.aliases]).toEqual([["a@old.example", "bob@new.example"]]);
});

test("A batch has the effect of single calls, with an entry in data or in fail for each item", async () => {
  const simulator = await simulatorFor();
  const [good, forbidden, blank, better] = [
    pair("a@old.example"),
    pair("forbidden-1@faults.example"),
    pair(""),
    pair("b@old.example", "bob@new.example"),
  ];
  const { status, json } = await call(simulator, bodyOf(good, forbidden, blank, better));
  expect(status).toBe(200);
  expect(json).toMatchObject({
    meta: { status: 200 },
    data: [good, better],
    fail: [
      { key: forbidden, errors: [{ code: "err_xdk_operation_forbidden_for_address" }] },
      { key: blank, errors: [{ code: "err_validation_blank" }] },
    ],
  });
  expect([...simulator.aliases.keys()]).toEqual(["a@old.example", "b@old.example"]);
});

test.each([
  ["a missing alias", { aliasFor: "a@b.example" }, "alias", "err_validation_null"],
  ["a null primary", { aliasFor: null, alias: "a@b.example" }, "aliasFor", "err_validation_null"],
  ["an empty alias", pair(""), "alias", "err_validation_blank"],
  ["an alias without @", pair("ann"), "alias", "err_validation_invalid_email_address"],
  ["an alias with a space", pair("a n@b.example"), "alias", "err_validation_invalid_email_address"],
  ["an alias without a domain", pair("ann@"), "alias", "err_validation_invalid_email_address"],
])("An item with %s fails under HTTP 200, with its key and the field", async (_what, item, field, code) => {
  const simulator = await simulatorFor();
  const { status, json } = await call(simulator, bodyOf(item));
  expect(status).toBe(200);
  expect(json).toMatchObject({
    meta: { status: 200 },
    data: [],
    fail: [{ key: item, errors: [{ code, field, retryable: false }] }],
  });
  expect(simulator.aliases.size).toBe(0);
});

test("An item that is wrong in both fields has both errors", async () => {
  const simulator = await simulatorFor();
  const { json } = await call(simulator, bodyOf({ alias: "" }));
  expect(json).toMatchObject({
    fail: [{ errors: [{ code: "err_validation_null" }, { code: "err_validation_blank" }] }],
  });
});

test("A body without data fails without a key", async () => {
  const simulator = await simulatorFor();
  const { json } = await call(simulator, "{}");
  expect(json).toEqual({
    data: [],
    meta: { status: 200 },
    fail: [{ errors: [expect.objectContaining({ code: "err_validation_null", field: "data" })] }],
  });
});

test.each([
  ["no JSON", '{"data":['],
  ["a list", "[]"],
  ["data that is no list", '{"data":{}}'],
  ["an item that is no object", '{"data":["a@b.example"]}'],
  ["an address that is no text", '{"data":[{"aliasFor":"a@b.example","alias":7}]}'],
  ["nothing", ""],
])("A body that is %s can't be deserialised", async (_what, body) => {
  const simulator = await simulatorFor();
  const { status, json } = await call(simulator, body);
  expect(status).toBe(400);
  expect(json).toMatchObject({
    meta: { status: 400 },
    data: [],
    fail: [{ errors: [{ code: "err_deserialise" }] }],
  });
});
