"""Running the program over prepared folders, comparing what it says with the labels, and writing down how it went."""
