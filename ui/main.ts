import "$shared/base.css";
import { mount } from "svelte";
import { backend } from "$backend";
import App from "./App.svelte";
import { applyTheme } from "./shared/theme.svelte";

applyTheme();

const target = document.getElementById("app");
if (target) mount(App, { target, props: { backend } });
