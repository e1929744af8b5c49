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

const folder = new URL("../../docs/guides/", import.meta.url);
const guides = readdirSync(folder).filter((file) => file.endsWith(".md"));

describe.each(guides)("the guide %s", (file) => {
  const examples = examplesIn(file, readFileSync(new URL(file, folder), "utf8"));

  it("has examples", () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  it.each(examples.map((example) => [example.line, example] as const))("line %i", async (_, example) => {
    tensor.manualSeed(0);
    expect(await runExample(example, modules)).toEqual([]);
  });
});
