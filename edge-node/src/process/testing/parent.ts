// A parent to be killed: prints the number of its child.

import { Scope } from "@nearframe/shared/lifetime";
import { createChild } from "../child.ts";

const child = await createChild({ file: "/bin/sleep", args: ["600"], environment: {}, folder: "/" }, new Scope());
console.log(child.pid);
