//! Doors over the air: central (btleplug), peripheral (BlueZ), and a stream link with the same shape.
