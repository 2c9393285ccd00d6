"""The body: build, pose, joints, skin, head, hair."""
