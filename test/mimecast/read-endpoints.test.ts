import { describe, expect, test } from "vitest";
import type { PageRequest } from "../../src/domain/response.ts";
import { createMimecastClient } from "../../src/mimecast/client.ts";
import type { HttpResponse } from "../../src/mimecast/http.ts";
import { classifyAccount, classifyGroupMembers } from "../../src/mimecast/read-endpoints.ts";
import { createSanitizer } from "../../src/mimecast/sanitize.ts";
import type { DirectoryContent } from "../../src/simulator/directory/directory-file.ts";
import { SIMULATOR_SETTINGS } from "../../src/simulator/simulator.ts";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { sendJson, serve } from "./loopback.ts";
import { control, settings, testClock } from "./parts.ts";

const { sanitize: said } = createSanitizer([]);
const PAGE: PageRequest = { pageSize: 2 };

function answer(body: unknown, status = 200): HttpResponse {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  return { kind: "answered", status, headers: {}, body: bytes };
}

function membersAnswer(data: unknown, pagination?: unknown): HttpResponse {
  return answer({ fail: [], meta: { status: 200, pagination }, data });
}

async function connect(directory: DirectoryContent) {
  const simulator = await simulatorFor({ directory });
  const { clientId, clientSecret } = SIMULATOR_SETTINGS;
  const credentials = { api: "2.0", clientId, clientSecret } as const;
  return createMimecastClient(settings(simulator.url, { credentials }), {
    clock: testClock(),
    randomUuid: () => "unused",
  });
}

describe("a page of members", () => {
  test("is read as it comes, from page to page", async () => {
    const client = await connect({ groups: [{ name: "G", id: "g", members: 3 }] });
    const first = await client.groupMembers("g", PAGE, control());
    if (first.answer.kind !== "passed") throw new Error("the page did not come");
    const { items, next, totalCount } = first.answer.value;
    expect(items).toEqual(
      [1, 2].map((number) => ({
        emailAddress: `member${number}@company.example`,
        name: `Member ${number}`,
        domain: "company.example",
        internal: true,
        type: "created_manually",
        notes: "",
      })),
    );
    expect(totalCount).toBe(3);
    const second = await client.groupMembers("g", { ...PAGE, token: next }, control());
    expect(second.answer).toMatchObject({
      kind: "passed",
      value: { items: [{ name: "Member 3" }], next: undefined },
    });
    client.close();
  });

  test("always asks for a size, and sends the group's id with the token too", async () => {
    const server = await serve((_, response) => sendJson(response, { meta: { status: 200 }, data: [] }));
    const client = createMimecastClient(settings(server.url), { clock: testClock(), randomUuid: () => "r" });
    await client.groupMembers("g", PAGE, control());
    await client.groupMembers("g", { ...PAGE, token: "t" }, control());
    expect(server.received.map(({ body }) => JSON.parse(body))).toEqual([
      { meta: { pagination: { pageSize: 2 } }, data: [{ id: "g" }] },
      { meta: { pagination: { pageSize: 2, pageToken: "t" } }, data: [{ id: "g" }] },
    ]);
    client.close();
    await server.close();
  });

  test("fails permanently for a group whose id was truncated", async () => {
    const client = await connect({ groups: [] });
    const { answer: said } = await client.groupMembers("cut", PAGE, control());
    expect(said).toMatchObject({ kind: "rejected", failure: { code: "http_400", retryable: false } });
    client.close();
  });

  test.each<[string, unknown, unknown, object]>([
    ["without an entry is empty", [], { next: "t" }, { items: [], next: "t" }],
    ["without pagination is the last", [{ groupMembers: [] }], undefined, { items: [], next: undefined }],
    ["with an empty token is the last", [], { next: "" }, { next: undefined }],
    ["with a token that is null is the last", [], { next: null }, { next: undefined }],
    ["with a count", [], { totalCount: 7 }, { totalCount: 7 }],
    ["with a count as a string", [], { totalCount: "7" }, { totalCount: 7 }],
    ["with null for the data is empty", null, {}, { items: [] }],
    ["with null for the members is empty", [{ groupMembers: null }], {}, { items: [] }],
    ["with null for the pagination is the last", [], null, { items: [], next: undefined }],
  ])("%s", (_title, data, pagination, value) => {
    expect(classifyGroupMembers(membersAnswer(data, pagination), said)).toMatchObject({
      kind: "read",
      value,
    });
  });

  test("holds members of any kind, with the fields that they lack left empty", () => {
    const groupMembers = [
      { emailAddress: "", type: "brand_new" },
      { name: null, internal: "yes", id: 7 },
      { internal: "TRUE" },
      { internal: "false" },
    ];
    const verdict = classifyGroupMembers(membersAnswer([{ groupMembers }]), said);
    const empty = { emailAddress: "", name: "", domain: "", type: "", notes: "" };
    expect(verdict).toMatchObject({
      value: {
        items: [
          { ...empty, type: "brand_new" },
          empty,
          { ...empty, internal: true },
          { ...empty, internal: false },
        ],
      },
    });
  });

  test.each<[string, unknown, unknown]>([
    ["a member that is no object", [{ groupMembers: [7] }], {}],
    ["a member whose address is a number", [{ groupMembers: [{ emailAddress: 7 }] }], {}],
    ["an entry without members", [{}], {}],
    ["no list", {}, {}],
    ["nothing", undefined, {}],
    ["a token of another kind", [], { next: 7 }],
    ["a count of another kind", [], { totalCount: "many" }],
    ["a count as a string that is not whole", [], { totalCount: "1.5" }],
    ["pagination of another kind", [], 7],
  ])("is indeterminate if it has %s, so that no item is lost", (_what, data, pagination) => {
    expect(classifyGroupMembers(membersAnswer(data, pagination), said)).toMatchObject({
      kind: "failure",
      answer: { kind: "indeterminate", failure: { code: "invalid_response", retryable: true } },
    });
  });

  test.each([[200], [403]])(
    "that is forbidden accuses the account, as no address was asked for (HTTP %i)",
    (status) => {
      const errors = [{ code: "err_xdk_operation_forbidden_for_address", message: "0003 Forbidden" }];
      const verdict = classifyGroupMembers(
        answer({ fail: [{ errors }], meta: { status }, data: [] }, status),
        said,
      );
      expect(verdict).toMatchObject({ kind: "failure", answer: { kind: "access-denied" } });
    },
  );

  test("is rejected if it comes with a failure", () => {
    const fail = [{ key: { id: "another" }, errors: [{ code: "err_some", message: "no" }] }];
    const verdict = classifyGroupMembers(answer({ fail, meta: { status: 200 }, data: [] }), said);
    expect(verdict).toMatchObject({
      kind: "failure",
      answer: { kind: "rejected", failure: { code: "err_some" } },
    });
  });
});

test("Groups are read with what the API says of them, from both sources", async () => {
  const client = await connect({
    groups: [
      { name: "Sales", id: "s", members: 3, parentId: "p" },
      { name: "Staff", id: "t", members: 2, userCount: 9, source: "ldap" },
    ],
  });
  const found = await client.groups({ source: "cloud" }, PAGE, control());
  expect(found.answer).toMatchObject({
    value: {
      items: [{ id: "s", name: "Sales", parentId: "p", source: "cloud", userCount: 3, folderCount: 0 }],
    },
  });
  const ldap = await client.groups({ source: "ldap", query: "staff" }, PAGE, control());
  expect(ldap.answer).toMatchObject({ value: { items: [{ id: "t", userCount: 9 }] } });
  client.close();
});

test("Internal domains and their addresses are read, and whether an address is an alias", async () => {
  const client = await connect({ domains: [{ domain: "company.example", users: 1, aliases: 1 }] });
  const domains = await client.internalDomains(PAGE, control());
  expect(domains.answer).toMatchObject({
    kind: "passed",
    value: { items: ["company.example"], next: undefined },
  });
  const users = await client.internalUsers("company.example", PAGE, control());
  expect(users.answer).toMatchObject({
    value: {
      items: [
        { emailAddress: "user1@company.example", alias: false },
        { emailAddress: "alias1@company.example", alias: true },
      ],
      totalCount: 2,
    },
  });
  client.close();
});

test("The account has a name", async () => {
  const client = await connect({});
  expect((await client.account(control())).answer).toEqual({
    kind: "passed",
    value: { name: "Simulated account" },
  });
  client.close();
});

test.each([[undefined], [[]], [[{ accountName: 7 }]], [{}], [[7]]])(
  "An account of which nothing is known to be said, %j, is read all the same",
  (data) => {
    expect(classifyAccount(answer({ meta: { status: 200 }, data }), said)).toMatchObject({ kind: "read" });
  },
);
