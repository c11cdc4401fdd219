import { expect, test } from "../window.ts";

test("a door in lockdown says to whom it is closed, and one with hours when it opens", async ({
  app,
}) => {
  await app.open("mock=doors-lockdown");
  const main = app.door("main");
  await expect(main.getByTestId("door-lockdown")).toHaveText(
    "Lockdown: closed to you until it is lifted",
  );
  await expect(main).toContainText("Your building’s manager closed it for now");
  const parcels = app.door("parcels");
  await expect(parcels.getByTestId("door-lockdown")).toHaveText("Lockdown: closed to visitors");
  await expect(parcels.getByTestId("door-hours")).toContainText("Couriers Mon–Fri");
  await expect(app.door("flat").getByTestId("door-lockdown")).toHaveCount(0);
  await expect(app.door("flat").getByTestId("door-hours")).toHaveCount(0);
});

test("a lockdown that is lifted is gone from the door", async ({ app }) => {
  await app.open("mock=doors-lockdown");
  await expect(app.find("door-lockdown")).toHaveCount(2);
  const snapshot = await app.snapshot();
  const doors = snapshot.doors.map((door) => ({ ...door, lockdown: "off" }));
  await app.emit("snapshot-changed", { ...snapshot, doors });
  await expect(app.find("door-lockdown")).toHaveCount(0);
  await expect(app.door("main")).toContainText("It locks again by itself");
});
