import { readdirSync, readFileSync } from "node:fs";
import * as autograd from "@unroll/autograd";
import * as autogradTesting from "@unroll/autograd/testing";
import * as cells from "@unroll/cells";
import * as data from "@unroll/data";
import { examplesIn, runExample } from "@unroll/doc-tests";
import * as gradflow from "@unroll/gradflow";
import * as nn from "@unroll/nn";
import * as optim from "@unroll/optim";
import * as tensor from "@unroll/tensor";
import { describe, expect, it } from "vitest";

const modules = {
  "@unroll/autograd": autograd,
  "@unroll/autograd/testing": autogradTesting,
  "@unroll/cells": cells,
  "@unroll/data": data,
  "@unroll/gradflow": gradflow,
  "@unroll/nn": nn,
  "@unroll/optim": optim,
  "@unroll/tensor": tensor,
};

const root = new URL("../../", import.meta.url);
const guides = readdirSync(new URL("docs/guides/", root)).filter((file) => file.endsWith(".md"));
const pages = ["README.md", ...guides.map((file) => `docs/guides/${file}`)];

describe.each(pages)("%s", (file) => {
  const examples = examplesIn(file, readFileSync(new URL(file, root), "utf8"));

  it("has examples", () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  it.each(examples.map((example) => [example.line, example] as const))("line %i", async (_, example) => {
    tensor.manualSeed(0);
    expect(await runExample(example, modules)).toEqual([]);
  });
});
