import { storageContract } from "../../storage.contract.ts";
import { createMemoryStorage } from "./memory-storage.ts";

storageContract(async () => createMemoryStorage());
